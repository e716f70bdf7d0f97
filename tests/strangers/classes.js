// SPDX-License-Identifier: MIT
// Any class of a device, read and changed by clients that others wrote, over
// one kept login of MeshCentral's HTTP client and with its parser:
//
//	classes.js mesh|dmt MESHCENTRAL WSMAN-MESSAGES URL [USER]
//
// "mesh" has MeshCentral's own functions build the requests (amt.js,
// amt-wsman.js), "dmt" those of the toolkit that Open AMT's consoles use.
// A line of standard input is an order, its words between tabs:
//
//	get|enum CLASS		put|create CLASS NAME[=VALUE]...
//	delete CLASS		call CLASS METHOD NAME=VALUE...
//	log CLASS		MeshCentral's reading of both logs
//
// CLASS?KEY=VALUE,... is an instance, @ in front makes it a value.  A Put
// changes what a Get gave; a name alone is left out of it.  The answer is a
// line "name, tab, value" for each property, an empty line behind each
// instance, and a last line ".", tab, HTTP status, or "lacks" where the
// client has no function for it.  The password is in AMT_PASSWORD.
'use strict';
const readline = require('readline');
const [client, mesh, dmt, url, user] = process.argv.slice(2);
const { protocol, hostname, port } = new URL(url);
const comm = require(mesh + '/amt/amt-wsman-comm.js')(hostname,
    +port, user || 'admin', process.env.AMT_PASSWORD,
    protocol === 'https:' ? 1 : 0, null, null);
const amt = require(mesh + '/amt/amt.js')(
    require(mesh + '/amt/amt-wsman.js')(comm));
const { ParseWsman } = require(mesh + '/amt/amt-xml.js');
const toolkit = require(dmt);

comm.xtlsFingerprint = 0;	// self-signed: any

class Lacks extends Error {}
class Refused extends Error {}

const anonymous =
    'http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous';

// ---- words ---------------------------------------------------------------

// CLASS?KEY=VALUE,KEY=@CLASS?... as class and keys.
function parse(word) {
	const at = word.indexOf('?');
	if (at < 0)
		return { name: word };
	const keys = {};
	for (const part of word.slice(at + 1).split(/,(?=\w+=)/)) {
		const [, key, value] = part.match(/^(\w+)=(.*)/);
		keys[key] = value.startsWith('@') ? parse(value.slice(1)) : value;
	}
	return { name: word.slice(0, at), keys };
}

// NAME=VALUE words as an object; twice the same name is an array.
function named(words) {
	const out = {};
	for (const word of words) {
		const [, name, set, text] = word.match(/^(\w+)(=?)(.*)/s);
		const value = text.startsWith('@') ? parse(text.slice(1)) : text;
		out[name] = !set ? undefined :
		    name in out ? [out[name], value].flat() : value;
	}
	return out;
}

// A reference as MeshCentral's parser gives it and its writers take it.
function reference(epr) {
	return { Address: anonymous, ReferenceParameters: {
		ResourceURI: amt.CompleteName(epr.name), SelectorSet: {
			Selector: Object.entries(epr.keys).map(([name, Value]) =>
			    ({ '@Name': name, Value })) } } };
}

// The same as text, for functions that put it between tags.
function referenceXml(epr) {
	return `<a:Address>${anonymous}</a:Address><a:ReferenceParameters>` +
	    `<w:ResourceURI>${amt.CompleteName(epr.name)}</w:ResourceURI>` +
	    '<w:SelectorSet>' + Object.entries(epr.keys).map(([name, value]) =>
		`<w:Selector Name="${name}">${value}</w:Selector>`).join('') +
	    '</w:SelectorSet></a:ReferenceParameters>';
}

const each = (object, change) => Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name, change(value)]));
const isReference = (value) => typeof value?.keys === 'object';

// ---- answers -------------------------------------------------------------

function text(value) {
	if (value === null || typeof value !== 'object')
		return String(value ?? '');
	if (!value.ReferenceParameters)	// a date is an element in an element
		return Object.values(value).map(text).join(' ');
	const { ResourceURI, SelectorSet } = value.ReferenceParameters;
	return '@' + ResourceURI.split('/').pop() + '?' +
	    [SelectorSet.Selector].flat().map((selector) =>
		`${selector['@Name']}=${text(selector.Value)}`).join(',');
}

function print(instance) {
	for (const [name, value] of Object.entries(instance || {}))
		for (const one of Array.isArray(value) ? value : [value])
			console.log(`${name}\t${text(one)}`);
	console.log();
}

const matches = (value, want) => isReference(want) ?
    text(value).startsWith(`@${want.name}?`) && Object.entries(want.keys).every(
	([key, one]) => text(value).includes(`${key}=${one}`)) :
    text(value) === want;
const has = (keys) => (instance) => Object.entries(keys || {}).every(
    ([key, want]) => !(key in instance) || matches(instance[key], want));

// ---- MeshCentral's builders ----------------------------------------------

// What its functions call back with.
function answered(start) {
	return new Promise((done, failed) => start((_, name, answer, status) =>
	    status === 200 ? done(answer.Body || answer) :
		failed(new Refused(status))));
}

// What a wrapped call gives beside the instance is its own.
function parameters(fn) {
	return fn.toString().match(/^[^(]*\(([^)]*)/)[1].split(',').map(
	    (name) => name.replace(/=.*/, '').trim()).filter(Boolean);
}

const meshcentral = {
	enum: ({ name }) => answered((cb) => amt.Enum(name, cb)),
	get: async ({ name, keys }) => keys ?
	    (await meshcentral.enum({ name })).find(has(keys)) :
	    answered((cb) => amt.Get(name, cb)),
	put: ({ name, keys }, instance) => answered((cb) => amt.Put(name,
	    instance, cb, 0, 0, keys && each(keys, (value) =>
		isReference(value) ? reference(value) : value))),
	create: ({ name }, args) => answered((cb) => amt.Create(name,
	    each(args, (value) => isReference(value) ? referenceXml(value) :
		value), cb)),
	delete: ({ name, keys }) => answered((cb) => amt.Delete(name,
	    each(keys, (value) => isReference(value) ? reference(value) : value),
	    cb)),
	call({ name }, method, args) {
		const own = amt[`${name}_${method}`];
		if (method === 'AddAlarm')
			return answered((cb) => own({ ...args,
			    StartTime: { Datetime: args.StartTime },
			    Interval: { Datetime: args.Interval } }, cb));
		args = each(args, (value) =>
		    isReference(value) ? referenceXml(value) : value);
		return answered((cb) => own ? own(...parameters(own).map((p) =>
		    p === 'callback_func' ? cb : args[p])) :
		    amt.Exec(name, method, args, cb));
	},
};

// ---- the toolkit's builders ----------------------------------------------

function builder({ name }, method) {
	const [schema, short] = name.split('_');
	const messages = new toolkit[schema].Messages()[short];
	const found = messages && Object.keys(messages).find(
	    (key) => key.toLowerCase() === method.toLowerCase());
	if (!found)
		throw new Lacks(`${name} ${method}`);
	return messages[found];
}

function carry(xml) {
	return new Promise((done, failed) => comm.PerformAjax(xml,
	    (data, status) => status === 200 ? done(ParseWsman(data).Body || {}) :
		failed(new Refused(status)), 0, 0));
}

const selector = (keys) => keys && (([name, value]) => ({ name, value }))(
    Object.entries(keys)[0]);
// Parameters that have other names than the class model's.
const called = { identifier: 'IterationIdentifier', source: 'Source',
	bootSource: 'BootConfigSetting', certHandle: 'ElementInContext' };

// Arguments in the order of a function of the toolkit: by name, where a
// reference is its key; or all in an object, where it is text.
function ordered(fn, args) {
	const find = (name) => Object.keys(args).find((key) =>
	    key.toLowerCase() === (called[name] || name).toLowerCase());
	const wanted = parameters(fn);
	if (wanted.length === 1 && !find(wanted[0]) && Object.keys(args).length)
		return [each(args, (value) =>
		    isReference(value) ? referenceXml(value) : value)];
	return wanted.map((name) => args[find(name)]).map((value) =>
	    isReference(value) ? Object.values(value.keys)[0] : value);
}

const openAmt = {
	async enum(c) {
		const items = [];
		let context = (await carry(builder(c, 'Enumerate')()))
		    .EnumerationContext;
		while (context) {
			const got = await carry(builder(c, 'Pull')(context));
			items.push(...Object.values(got.Items || {}).flat());
			context = got.EnumerationContext;
		}
		return items;
	},
	get: (c) => carry(builder(c, 'Get')(selector(c.keys))),
	put: (c, instance) => carry(builder(c, 'Put')(
	    c.name === 'IPS_OptInService' ? { [c.name]: instance } : instance)),
	create: (c, args) => carry(builder(c, 'Create')(
	    ...ordered(builder(c, 'Create'), args))),
	delete: (c) => carry(builder(c, 'Delete')(isReference(
	    Object.values(c.keys)[0]) ? each(c.keys, (value) => {
		const r = reference(value);
		const set = r.ReferenceParameters.SelectorSet;
		set.Selector = set.Selector.map((s) =>
		    ({ _: s.Value, $: { Name: s['@Name'] } }))[0];
		return r;
	    }) : selector(c.keys))),
	call(c, method, args) {
		const fn = builder(c, method);
		if (method === 'AddAlarm') {
			const [, d, h, m] = args.Interval.match(/P(\d+)DT(\d+)H(\d+)M/);
			args = { ...args, StartTime: new Date(args.StartTime),
				Interval: (+d * 24 + +h) * 60 + +m };
		}
		return carry(fn(...ordered(fn, args)));
	},
};

// ---- orders --------------------------------------------------------------

function logs(name) {
	return new Promise((done) => name === 'AMT_AuditLog' ?
	    amt.GetAuditLog((_, records) => done(records)) :
	    amt.GetMessageLog((_, records) => done(records)));
}

async function obey([verb, word, ...rest]) {
	const they = client === 'mesh' ? meshcentral : openAmt;
	const c = parse(word);
	if (verb === 'log')
		(await logs(c.name)).forEach((r) => print({
			...r, Time: r.Time.getTime() / 1000 }));
	else if (verb === 'enum')
		(await they.enum(c)).filter(has(c.keys)).forEach(print);
	else if (verb === 'call')
		print(await they.call(c, rest[0], named(rest.slice(1))));
	else if (verb === 'put')
		print(await they.put(c, { ...await they.get(c), ...named(rest) }));
	else
		print(await they[verb](c, named(rest)));
	return 200;
}

async function main() {
	for await (const line of readline.createInterface(process.stdin)) {
		const status = await obey(line.split('\t')).catch((e) => {
			if (e instanceof Lacks)
				return 'lacks';
			if (e instanceof Refused)
				return e.message;
			throw e;
		});
		console.log(`.\t${status}`);
	}
	process.exit(0);
}

main();
