// SPDX-License-Identifier: MIT
// Presence ping with MeshCentral's client (meshcmd's amt-scanner.js, its
// packet and its reading of the answer, as they are):
//
//	meshcentral-ping.js FOLDER HOST
//
// Prints version, provisioning state and ports; exit 1 without an answer.
// It knows no versions beyond 15: those are 0.0.
'use strict';
const dgram = require('dgram');

// It is written for an embedded engine, whose events node lacks.
require('events').inherits = () => ({ createEvent() {} });

const [folder, host] = process.argv.slice(2);
const Scanner = require(folder + '/agents/modules_meshcmd/amt-scanner.js');
const scanner = new Scanner();
const socket = dgram.createSocket('udp4');

socket.on('message', (data, from) => scanner.parseRmcpPacket(socket, data,
    from, (_, found) => {
	console.log(`version\t${found.majorVersion}.${found.minorVersion}`);
	console.log(`state\t${found.provisioningState}`);
	console.log(`ports\t${found.openPorts}`);
	process.exit(0);
}));
socket.send(scanner.buildRmcpPing(0), 623, host);
setTimeout(() => process.exit(1), 10000);
