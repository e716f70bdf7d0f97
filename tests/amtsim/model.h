/* SPDX-License-Identifier: MIT */
/*
 * The state of one AMT device: the only copy.  The doors (WS-Man,
 * redirection, presence ping, control socket) read and change it through
 * the functions here, so that a change through one is seen through all.
 */
#ifndef AMTSIM_MODEL_H
#define AMTSIM_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host.h"

#define USERS_MAX 16
#define USER_NAME_MAX 16		/* bytes, without NUL */
#define SID_MAX 28
#define MESSAGE_MAX 256
#define TRUSTED_MAX 4
#define ALARMS_MAX 5
#define ACCESSES_MAX 10			/* connections it remembers */
#define NO_HANDLE UINT32_MAX

/* What an AMT generation is like; profile.c holds the table. */
struct profile {
	const char *name;		/* "8", "11", "16" */
	const char *version;		/* "8.1.71.3608" */
	uint8_t firmware_major;		/* in the redirection start reply */
	uint8_t firmware_minor;
	bool clear_text_login;		/* redirection method 1 */
	bool old_digest;		/* redirection method 3, RFC 2069 */
	bool plain_ports;		/* 623, 16992, 16994 may be open */
	bool graceful_power;		/* 4 7 11 12 14 known (AMT 9 on) */
	bool boot_role_falls_back;	/* 32768 known (AMT 7 on) */
	bool keeps_boot_source;		/* a forced source outlives its boot */
	const char *tls_priority;	/* GnuTLS: versions, suites, RFC 5746 */
	bool sha1_certificate;		/* of the self-signed one */
	bool fqdn_wants_no_domain;	/* SharedFQDN changes only without */
	/* grow as needed: properties a version lacks, quirks */
};

enum access { ACCESS_LOCAL = 0, ACCESS_REMOTE = 1, ACCESS_BOTH = 2 };

/* Realm numbers of AMT_AuthorizationService; a user has a bit each. */
enum realm { REALM_REDIRECTION = 2, REALM_ADMIN = 3, REALM_HWASSET = 4,
    REALM_REMOTECONTROL = 5, REALM_INFO = 13 };

struct user {
	char name[USER_NAME_MAX + 1];	/* "": a Kerberos user */
	char ha1[33];			/* MD5(user:realm:password), hex */
	uint8_t sid[SID_MAX];		/* of a Kerberos user, binary */
	size_t sid_len;
	enum access access;
	uint32_t realms;		/* 1 << enum realm */
	uint32_t handle;
	bool enabled;
};

/* The two TLS settings; index of model.tls. */
enum side { SIDE_NETWORK, SIDE_LOCAL, SIDES };

struct tls_side {
	bool enabled;
	bool accept_plain;		/* AcceptNonSecureConnections */
	bool mutual;			/* client certificate wanted */
	char trusted[TRUSTED_MAX][64];	/* ends of its name; "" ends: any */
};

enum service { SERVICE_SOL, SERVICE_IDER, SERVICE_KVM, SERVICES };

/* CIM power states that the device reports. */
enum cim_power { CIM_ON = 2, CIM_SLEEP = 3, CIM_DEEP_SLEEP = 4,
    CIM_HIBERNATE = 7, CIM_OFF = 8 };

struct boot_settings {			/* AMT_BootSettingData */
	bool use_sol, use_ider, bios_setup, bios_pause, safe_mode,
	    reflash_bios, configuration_data_reset, user_password_bypass,
	    lock_power, lock_reset, lock_sleep, lock_keyboard,
	    forced_progress_events, enforce_secure_boot, secure_erase,
	    options_cleared;
	uint8_t ider_device;		/* 0 floppy, 1 CD */
	uint8_t firmware_verbosity;
	uint16_t boot_media_index;
};

struct kvm_settings {			/* IPS_KVMRedirectionSettingData */
	bool enabled_by_mebx;
	bool port_5900, back_to_back, double_buffer;
	uint8_t default_screen, decimation;
	uint16_t session_timeout;	/* minutes */
	char rfb_password[9];
};

#define SCREENS_MAX 4
struct screen { unsigned width, height; };	/* 0: not active */

enum { CONSENT_NONE = 0, CONSENT_KVM = 1 };	/* else all: 0xffffffff */
enum consent_state { CONSENT_IDLE, CONSENT_REQUESTED, CONSENT_DISPLAYED,
    CONSENT_RECEIVED, CONSENT_SESSION };

struct consent {			/* IPS_OptInService; consent.c */
	uint32_t required;
	enum consent_state state;
	char code[7];			/* on the screen; "" none */
	uint16_t policy_timeout;	/* seconds, as are these two */
	uint32_t code_timeout;
	uint16_t display_timeout;
	unsigned wrong;			/* codes in a row */
	int64_t blocked_until_ms;	/* sim_now_ms() */
};

/* LinkPolicy: when the port has a link; S0 is on, Sx asleep or off. */
enum { LINK_S0_AC = 1, LINK_SX_AC = 14, LINK_S0_DC = 16, LINK_SX_DC = 224 };
#define POLICIES_MAX 4

struct port {				/* AMT_EthernetPortSettings */
	bool dhcp, ip_sync, shared_static;
	char ip[16], mask[16], gateway[16], dns1[16], dns2[16];
	uint8_t policies[POLICIES_MAX];
	size_t npolicies;
	uint16_t vlan;			/* 0 none */
	bool given;			/* this Put has addresses */
};

struct port6 {				/* IPS_IPv6PortSettings */
	bool on;
	char address[46], router[46], six_dns1[46], six_dns2[46];
	char id[17];
	uint32_t id_type;
};

struct alarm {				/* IPS_AlarmClockOccurrence */
	char id[64], name[64];
	int64_t start;			/* device's time */
	uint32_t interval;		/* minutes; 0 once */
	bool delete_when_done, over;
};

struct model {
	const struct profile *profile;
	char uuid[37];
	char digest_realm[40];		/* "Digest:" and 32 hex digits */
	struct user users[USERS_MAX];	/* [0] is the admin, handle 0 */
	size_t nusers;

	bool plugged;			/* false: not even the ME has power */
	enum host_power power;
	unsigned cycles, resets, ons, offs, nmis, soft_offs;	/* orders obeyed */
	unsigned host_resets;		/* platform resets seen */

	struct boot_settings boot;
	char boot_source[64];		/* InstanceID, "" none */
	unsigned boot_role;		/* 1 next single use, 32768 not next */
	unsigned boot_service_state;	/* CIM_BootService: 2, 32768..32771 */

	/* AMT_RedirectionService */
	unsigned redirection_state;	/* 32768..32771 */
	bool listener_enabled;
	bool kvm_enabled;
	struct kvm_settings kvm;
	struct screen screens[SCREENS_MAX];	/* while it is on */
	struct consent consent;
	struct tls_side tls[SIDES];	/* in force */
	struct tls_side tls_pending[SIDES];	/* what a commit will do */
	unsigned tls_cert, tls_cert_used;	/* handles: context, in force */
	bool restarting;		/* the ports are closed for a while */
	bool provisioned;
	char mebx_password[33];		/* "" not set over WS-Man */

	/* AMT_GeneralSettings and friends: those with an effect */
	char host_name[64], domain_name[192];
	bool ping, rmcp_ping, wsman_only, shared_fqdn, network_enabled;
	uint32_t idle_wake_timeout;	/* minutes */
	uint16_t dhcpv6_timeout;	/* seconds */
	uint8_t preferred_family;	/* 0 IPv4, 1 IPv6 */
	bool ddns, ddns_by_dhcp;
	uint32_t ddns_period, ddns_ttl;	/* minutes, seconds */
	uint32_t notify_interval;	/* minutes */
	struct port port;
	struct port6 port6;
	bool web_ui;
	struct alarm alarms[ALARMS_MAX];
	size_t nalarms;

	/* AMT_TimeSynchronizationService */
	unsigned local_time_sync;	/* 0 default on, 1 on, 2 off */
	unsigned time_source;		/* 0 BIOS, 1 configured */

	bool session_open[SERVICES];
	char session_peer[SERVICES][64];
	char session_user[SERVICES][USER_NAME_MAX + 1];
	char accesses[ACCESSES_MAX][96];	/* AccessLog, oldest first */
	size_t naccesses;
};

/* uuid and realm must be set before users are added. */
void model_init(struct model *m, const struct profile *p);
const struct profile *profile_find(const char *name);	/* NULL: unknown */
/* Exact, case-sensitive; NULL when there is none or it is disabled. */
struct user *model_user(struct model *m, const char *name);
struct user *model_user_add(struct model *m, const char *name,
    const char *password, enum access access, uint32_t realms);	/* NULL: full */
/* A new one at the end, enabled, with the next handle; NULL: full. */
struct user *model_user_new(struct model *m);
void model_user_remove(struct model *m, struct user *u);

/* MD5(name:realm:password) in hex, as kept in struct user. */
void model_ha1(const struct model *m, const char *name, const void *password,
    size_t len, char out[33]);
/* As SMBIOS has them: the first three groups little endian. */
int model_uuid_bytes(const struct model *m, uint8_t out[16]);
/* Does the management engine have a link, on mains power? */
bool model_link(const struct model *m);
bool user_may(const struct user *u, enum realm realm);	/* admin: all */
bool user_enters(const struct user *u, bool local);	/* AccessPermission */
/* "redirection", "admin", ... of enum realm; NULL, -1: unknown. */
const char *realm_name(unsigned realm);
int realm_find(const char *name, size_t len);

/*
 * CIM_PowerManagementService.RequestPowerStateChange: what the machine
 * does, and the ReturnValue (0, 1, 2, 5).  Enforces what firmware does:
 * off and cycle refused (2) while a redirection session is open, 10 on a
 * machine that is off answered 0 and ignored, unknown states 5 or 1.
 */
unsigned sim_power_request(struct sim *sim, unsigned state);
enum cim_power sim_cim_power(const struct sim *sim);
/* States that make sense now; returns how many were written. */
size_t sim_power_available(const struct sim *sim, unsigned out[16]);

/* The button on the front; what a person does, not AMT. */
void sim_press(struct sim *sim, bool held);
void sim_unplug(struct sim *sim);	/* power cord: AMT is gone too */
void sim_plug(struct sim *sim);

/* Something no correct client does; kept, counted, shown on request. */
void sim_violation(struct sim *sim, const char *door, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* May a session of this service start? */
bool sim_consent_given(const struct sim *sim, enum service s);
/* A session was opened or closed, or the power changed. */
void sim_consent_update(struct sim *sim);

/* Redirection: close the session of a service (TerminateSession). */
bool sim_terminate(struct sim *sim, enum service s);	/* false: none open */
/* A user was changed: every login is asked for again (http.c). */
void sim_acl_changed(struct sim *sim);
/* The device's clock was set: alarms come at other times. */
void sim_alarms_changed(struct sim *sim);
/* CommitChanges: pending TLS settings come into force; PT_STATUS. */
unsigned sim_commit(struct sim *sim);
/* Everything is forgotten, and the network ports close; after the answer. */
void sim_unprovision(struct sim *sim);
/* ListenerEnabled, TLS settings changed: open and close ports to match. */
void sim_ports_changed(struct sim *sim);
/* ping, power changed: kernel echo replies to match. */
void sim_network_changed(struct sim *sim);

#endif
