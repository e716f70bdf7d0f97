// SPDX-License-Identifier: MIT
// Storage redirection with MeshCentral's client (its server's
// amt-ider-module.js over meshcmd's amt-redir-duk.js, as they are):
//
//	meshcentral-ider.js FOLDER HOST PORT plain|tls CD FLOPPY START
//
// Serves the images ("-": none) until the session ends (exit 1) or SIGTERM
// (exit 0); says "open" on standard error.  START is 0 on reset, 1
// gracefully, 2 now.  The password of admin is in AMT_PASSWORD.
'use strict';
require('./meshcentral-shims.js');

const [folder, host, port, transport, cd, floppy, start] = process.argv.slice(2);
const ider = require(folder + '/amt/amt-ider-module.js').CreateAmtRemoteIder();
const redirection = require(folder + '/agents/modules_meshcmd/amt-redir-duk.js')(ider);
const image = (name) => name === '-' ? null : name;

const bad = ider.diskSetup(image(floppy), image(cd));
if (bad !== 0) {
	console.error('images refused: ' + bad);
	process.exit(3);
}
ider.iderStart = +start;
redirection.onStateChanged = (_, state) => {
	if (state === 3)
		console.error('open');
	if (state === 0)
		process.exit(1);
};
process.on('SIGTERM', () => process.exit(0));
redirection.Start(host, +port, 'admin', process.env.AMT_PASSWORD,
    transport === 'tls');
