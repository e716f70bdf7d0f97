// SPDX-License-Identifier: MIT
// A WS-Management request as Open AMT's management consoles write it (npm
// @device-management-toolkit/wsman-messages):
//
//	dmt-message.js FOLDER CLASS METHOD [ARG]...
//
// Prints the request, dmt-message.js FOLDER AMT_GeneralSettings Get.  An ARG
// of digits is a number.  A Put takes the answer to a Get on standard input,
// NAME=VALUE for what is to be changed in it, NAME for what is to be left out.
'use strict';
const fs = require('fs');
const [folder, name, method, ...args] = process.argv.slice(2);
const [schema, short] = name.split('_');
const toolkit = require(folder);
const messages = new toolkit[schema].Messages()[short];

// The flat instances of these classes; several elements make an array.
function instance(xml) {
	const out = {};
	const body = xml.slice(xml.indexOf('Body>'));
	for (const [, key, value] of body.matchAll(/<\w+:(\w+)>([^<]*)<\//g))
		out[key] = key in out ? [out[key], value].flat() : value;
	for (const [, key, set, value] of
	    args.map((arg) => arg.match(/^(\w+)(=?)(.*)/)))
		out[key] = set ? value : undefined;
	return out;
}

const values = method === 'Put' ? [instance(fs.readFileSync(0, 'utf8'))] :
    args.map((arg) => /^\d+$/.test(arg) ? +arg : arg);
process.stdout.write(messages[method](...values));
