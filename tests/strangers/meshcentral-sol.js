// SPDX-License-Identifier: MIT
// Serial-over-LAN with MeshCentral's client (meshcmd's amt-redir-duk.js and
// amt-sol.js, digest login, as they are):
//
//	meshcentral-sol.js FOLDER HOST PORT plain|tls PROMPT TEXT
//
// Waits for PROMPT, types TEXT and return, waits for their echo.  Prints
// what the machine sent; exit 0, or 1 when the session ended or 20 seconds
// were over before.  The password of admin is in AMT_PASSWORD.
'use strict';
require('./meshcentral-shims.js');

const [folder, host, port, transport, prompt, text] = process.argv.slice(2);
const modules = folder + '/agents/modules_meshcmd/';
const sol = require(modules + 'amt-sol.js')();
const redirection = require(modules + 'amt-redir-duk.js')(sol);
let seen = '', typed = false;

function end(status) {
	redirection.onStateChanged = null;
	redirection.Stop();
	process.stdout.write(seen, () => process.exit(status));
}

sol.onData = (_, data) => {
	seen += data.toString('latin1');
	if (!typed && seen.includes(prompt)) {
		typed = true;
		sol.Send(text + '\r');
	}
	if (typed && seen.includes(text + '\r', seen.indexOf(prompt)))
		end(0);
};
redirection.onStateChanged = (_, state) => {
	if (state === 3)
		console.error('open');
	if (state === 0)
		end(1);
};
setTimeout(() => end(1), 20000);
redirection.Start(host, +port, 'admin', process.env.AMT_PASSWORD,
    transport === 'tls');
