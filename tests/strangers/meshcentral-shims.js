// SPDX-License-Identifier: MIT
// meshcmd's modules are written for an embedded engine.  What node lacks of
// that, and what their TLS asks of AMT, which lacks RFC 5746.
'use strict';
const crypto = require('crypto');
const Module = require('module');
const tls = require('tls');

const connect = tls.connect;
tls.connect = (options, done) => connect({ ...options,
	secureOptions: crypto.constants.SSL_OP_LEGACY_SERVER_CONNECT }, done);
tls.generateRandomInteger = (low, high) => crypto.randomInt(+low, +high + 1);
const load = Module._load;
Module._load = function (name, ...rest) {
	if (name === 'MD5Stream')
		return { create: () => ({ syncHash: (s) =>
			crypto.createHash('md5').update(s).digest() }) };
	return load.call(this, name, ...rest);
};
