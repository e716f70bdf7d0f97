/* SPDX-License-Identifier: MIT */
/*
 * What a process inherits and did not ask for: standard files that its
 * parent has closed, a SIGPIPE that it ignores.
 */
#ifndef LIB_INHERIT_H
#define LIB_INHERIT_H

/*
 * Before anything is opened.  Afterwards 0, 1 and 2 are open, so that no socket of ours
 * is taken for standard output or error; and a closed pipe ends the process
 * quietly, by SIGPIPE, unless it decides otherwise.
 */
void inherit_mend(void);

#endif
