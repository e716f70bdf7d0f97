// SPDX-License-Identifier: MIT
// A device that answers with recordings of real ones:
//
//	replay.js FOLDER CHOICE PORT
//
// A request gets the recorded answer to the same action of the same class:
// of the file whose path is in the file CHOICE, else of any that README.md
// does not say is written by hand.  What of a class was recorded only as a
// list is got out of that; a list begins, if that was not recorded, and ends
// behind what was; any other request is one for an unknown class.
'use strict';
const fs = require('fs');
const http = require('http');
const path = require('path');
const [folder, choice, port] = process.argv.slice(2);

const part = (xml, name) => (xml.match(new RegExp(
    `<\\w+:${name}\\b[^>]*>\\s*([^<]*?)\\s*<`)) || [])[1];
const readme = fs.readFileSync(path.join(folder, 'README.md'), 'utf8');
const recordings = fs.readdirSync(folder, { recursive: true }).filter(
    (name) => name.endsWith('.xml')).sort().map((name) => {
	const xml = fs.readFileSync(path.join(folder, name), 'utf8').trim();
	return { name, xml, byHand: readme.includes(`| \`${name}\` | H |`), action: (part(xml, 'Action') || '').replace(
	    /Response$/, ''), resource: part(xml, 'ResourceURI') };
});
const soap = 'http://www.w3.org/2003/05/soap-envelope';
const enumeration = 'http://schemas.xmlsoap.org/ws/2004/09/enumeration';
const addressing = 'http://schemas.xmlsoap.org/ws/2004/08/addressing';
const envelope = (body) => `<a:Envelope xmlns:a="${soap}" ` +
    `xmlns:b="${addressing}" xmlns:g="${enumeration}"><a:Header/>` +
    `<a:Body>${body}</a:Body></a:Envelope>`;
// The instance of a list that has the keys of the request, as got.
function fromList(resource, request) {
	const keys = [...request.matchAll(/Selector Name="(\w+)">([^<]*)</g)];
	const name = resource.split('/').pop();
	for (const { xml } of recordings.filter((r) => !r.byHand &&
	    r.resource === resource && r.action.endsWith('/Pull')))
		for (const [item] of xml.matchAll(new RegExp(
		    `<(\\w+:${name})\\b[^>]*>.*?</\\1>`, 'gs')))
			if (keys.every(([, key, value]) => part(item, key) === value))
				return [200, xml.replace(/(<\w+:Body>).*(<\/\w+:Body>)/s,
				    (_, open, close) => open + item + close)];
	return null;
}

let listed = false;		// the list that was begun was pulled

function answer(request) {
	const action = part(request, 'Action') || '';
	const resource = part(request, 'ResourceURI');
	const only = fs.readFileSync(choice, 'utf8').trim();
	const found = recordings.find((r) => (only ? r.name === only : !r.byHand) &&
	    r.action === action && r.resource === resource);
	const pull = action.endsWith('/Pull');

	if (action.endsWith('/Enumerate'))
		listed = false;
	if (found && !(pull && listed)) {
		listed = listed || pull;
		return [200, found.xml];
	}
	if (action.endsWith('/Enumerate') && recordings.some((r) =>
	    r.resource === resource && r.action.endsWith('/Pull')))
		return [200, envelope('<g:EnumerateResponse><g:EnumerationContext>' +
		    '1</g:EnumerationContext></g:EnumerateResponse>')];
	if (pull)
		return [200, envelope('<g:PullResponse><g:Items/>' +
		    '<g:EndOfSequence/></g:PullResponse>')];
	return action.endsWith('/Get') && fromList(resource, request) ||
	    [400, envelope('<a:Fault><a:Code><a:Value>a:Sender</a:Value>' +
	    '<a:Subcode><a:Value>b:DestinationUnreachable</a:Value></a:Subcode>' +
	    '</a:Code><a:Reason><a:Text xml:lang="en-US">not recorded</a:Text>' +
	    '</a:Reason><a:Detail/></a:Fault>')];
}

http.createServer((request, reply) => {
	let body = '';
	request.on('data', (data) => body += data);
	request.on('end', () => {
		const [status, xml] = answer(body);
		reply.writeHead(status, {
			'Content-Type': 'application/soap+xml; charset=UTF-8' });
		reply.end(xml);
	});
}).listen(+port, '127.0.0.1', () => console.log('ready'));
