// SPDX-License-Identifier: MIT
// WS-Management with MeshCentral's client (amt-wsman-comm.js, amt-wsman.js,
// amt.js, as they are):
//
//	meshcentral-wsman.js FOLDER HOST PORT plain|tls HOST-NAME
//
// Over one client: reads and enumerates, sets the host name, switches
// redirection on, has the machine boot once from the network, in
// MeshCentral's own order, and prints a line for each.  Exit 1 at the first
// answer that is not HTTP 200.  The password of admin is in AMT_PASSWORD.
'use strict';
const [folder, host, port, transport, newName] = process.argv.slice(2);
const modules = folder + '/amt/';
const comm = require(modules + 'amt-wsman-comm.js')(host, +port, 'admin',
    process.env.AMT_PASSWORD, transport === 'tls' ? 1 : 0, null, null);
const amt = require(modules + 'amt.js')(
    require(modules + 'amt-wsman.js')(comm));

comm.xtlsFingerprint = 0;	// self-signed: any

// MeshCentral's reference to the boot source that is the network.
const addressing = 'http://schemas.xmlsoap.org/ws/2004/08/addressing';
const wsman = 'http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd';
const pxe = `<Address xmlns="${addressing}">${addressing}</Address>` +
    `<ReferenceParameters xmlns="${addressing}"><ResourceURI xmlns="${wsman}">` +
    'http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_BootSourceSetting' +
    `</ResourceURI><SelectorSet xmlns="${wsman}"><Selector Name="InstanceID">` +
    'Intel(r) AMT: Force PXE Boot</Selector></SelectorSet></ReferenceParameters>';

function print(name, value) {
	console.log(`${name}\t${value}`);
}

// A call of theirs as a promise of its body or items.
function call(fn, ...args) {
	return new Promise((resolve) => fn(...args, (_, name, answer, status) => {
		if (status !== 200) {
			print(name, `HTTP ${status}`);
			process.exit(1);
		}
		resolve(answer.Body || answer);
	}));
}

async function boot() {
	const settings = await call(amt.Get, 'AMT_BootSettingData');
	for (const name of ['WinREBootEnabled', 'UEFILocalPBABootEnabled',
	    'UEFIHTTPSBootEnabled', 'SecureBootControlEnabled', 'BootguardStatus',
	    'OptionsCleared', 'BIOSLastStatus', 'UefiBootParametersArray',
	    'RPEEnabled', 'RSEPassword'])
		delete settings[name];
	settings.ConfigurationDataReset = false;
	settings.BIOSSetup = settings.UseSOL = false;
	const put = await call(amt.Put, 'AMT_BootSettingData', settings);
	print('UseSOL', put.UseSOL);
	print('SetBootConfigRole', (await call(amt.SetBootConfigRole, 1)).ReturnValue);
	print('ChangeBootOrder', (await call(
	    amt.CIM_BootConfigSetting_ChangeBootOrder, pxe)).ReturnValue);
	print('RequestPowerStateChange', (await call(
	    amt.RequestPowerStateChange, 2)).ReturnValue);
}

async function main() {
	const general = await call(amt.Get, 'AMT_GeneralSettings');
	print('DigestRealm', general.DigestRealm);
	print('Server', comm.amtVersion);
	const software = await call(amt.Enum, 'CIM_SoftwareIdentity');
	print('AMT', software.find((s) => s.InstanceID === 'AMT').VersionString);
	const services = await call(amt.Enum, 'CIM_ServiceAvailableToElement');
	print('PowerState', services[0].PowerState);
	general.HostName = newName;
	const put = await call(amt.Put, 'AMT_GeneralSettings', general);
	print('HostName', put.HostName);
	print('RequestStateChange', (await call(
	    amt.AMT_RedirectionService_RequestStateChange, 32770)).ReturnValue);
	await boot();
	comm.destroy();
}

setTimeout(() => process.exit(1), 60000).unref();
main();
