/* SPDX-License-Identifier: MIT */
/*
 * A TLS 1.2 server that says nothing but warnings, one after the other, as
 * long as somebody listens: alert-flood PORT CERT KEY.  Serves one client.
 */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

#include <gnutls/gnutls.h>

#define PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.2"

static int
client(int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const int one = 1;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(fd, (struct sockaddr *)&a, sizeof a) == -1 ||
	    listen(fd, 1) == -1) {
		perror("alert-flood");
		exit(3);
	}
	puts("ready");
	(void)fflush(stdout);
	return accept(fd, NULL, NULL);
}

int
main(int argc, char **argv)
{
	gnutls_certificate_credentials_t cred;
	gnutls_session_t s;
	int fd;

	if (argc != 4)
		return 2;
	if (gnutls_certificate_allocate_credentials(&cred) < 0 ||
	    gnutls_certificate_set_x509_key_file(cred, argv[2], argv[3],
	    GNUTLS_X509_FMT_PEM) < 0 || gnutls_init(&s, GNUTLS_SERVER |
	    GNUTLS_NO_SIGNAL) < 0 ||
	    gnutls_priority_set_direct(s, PRIORITY, NULL) < 0 ||
	    gnutls_credentials_set(s, GNUTLS_CRD_CERTIFICATE, cred) < 0)
		return 3;
	fd = client(atoi(argv[1]));
	gnutls_transport_set_int(s, fd);	/* a macro: twice its argument */
	if (gnutls_handshake(s) < 0)
		return 1;
	while (gnutls_alert_send(s, GNUTLS_AL_WARNING,
	    GNUTLS_A_NO_RENEGOTIATION) == 0)
		;
	gnutls_deinit(s);
	gnutls_certificate_free_credentials(cred);
	return 0;
}
