/* SPDX-License-Identifier: MIT */
/*
 * Class tables: hardware inventory as the BIOS collects it at boot, there
 * while the machine is off as well (WS-Man reference, inventory).  A machine
 * of each generation is a row of hardware[]; serial numbers come from the
 * UUID, so that no two simulated machines are alike.  Family, UpgradeMethod,
 * FormFactor carry SMBIOS numbers.  Leaves out: batteries, power supplies.
 */
#include <stdio.h>
#include <string.h>

#include "class.h"
#include "sim.h"

static const struct hardware {
	unsigned version;		/* of AMT */
	const char *maker, *model, *board, *revision;
	const char *bios, *bios_date;
	const char *cpu, *stepping;
	unsigned family, socket, clock_mhz, max_mhz;
	unsigned dimms, form, memory_type, memory_mhz;
	unsigned long long dimm_bytes, disk_kb;
	bool board_serial;
} hardware[] = {
	{ 8, "Intel Corporation", "DQ77KB", "DQ77KB", "AAG40294-402",
	    "KBQ7710H.86A.0057.2014.1021", "2014-10-21",
	    "Intel(R) Core(TM) i5-3470S CPU @ 2.90GHz", "9", 205, 36, 2900,
	    3600, 2, 13, 24, 1600, 4ULL << 30, 120034123, true },
	{ 11, "Intel(R) Client Systems", "NUC7i7DNHE", "NUC7i7DNB",
	    "J83500-204", "DNKBLi7v.86A.0067.2020.0513", "2020-05-13",
	    "Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz", "10", 198, 51, 1900,
	    4200, 2, 13, 26, 2400, 16ULL << 30, 500107862, true },
	{ 16, "Intel(R) Client Systems", "NUC12WSHv5", "NUC12WSBv5",
	    "M46425-303", "WSADL357.0088.2023.0505.1623", "2023-05-05",
	    "12th Gen Intel(R) Core(TM) i5-1250P", "3", 198, 64, 1700, 4400,
	    1, 13, 34, 4800, 32ULL << 30, 1000204886, false },
};

static const struct hardware *
machine(const struct inst *i)
{
	unsigned version = amt_version(i->sim);
	size_t k = sizeof hardware / sizeof hardware[0];

	while (--k > 0 && hardware[k].version > version)
		;
	return &hardware[k];
}

#define TEXT_OF(name, field) \
	static void \
	get_##name(const struct inst *i, struct values *v) \
	{ \
		values_add(v, "%s", machine(i)->field); \
	}
#define NUMBER_OF(name, field) \
	static void \
	get_##name(const struct inst *i, struct values *v) \
	{ \
		values_add(v, "%llu", (unsigned long long)machine(i)->field); \
	}

TEXT_OF(maker, maker)
TEXT_OF(model, model)
TEXT_OF(board, board)
TEXT_OF(revision, revision)
TEXT_OF(bios, bios)
TEXT_OF(cpu, cpu)
TEXT_OF(stepping, stepping)
NUMBER_OF(family, family)
NUMBER_OF(socket, socket)
NUMBER_OF(clock, clock_mhz)
NUMBER_OF(max_clock, max_mhz)
NUMBER_OF(form, form)
NUMBER_OF(memory_type, memory_type)
NUMBER_OF(memory_clock, memory_mhz)
NUMBER_OF(dimm_bytes, dimm_bytes)
NUMBER_OF(disk, disk_kb)

/* Part of the UUID in capitals: at and n count its characters. */
static void
add_serial(const struct inst *i, struct values *v, const char *prefix,
    size_t at, int n)
{
	char text[40];
	size_t k;

	snprintf(text, sizeof text, "%s%.*s", prefix, n,
	    i->sim->model.uuid + at);
	for (k = 0; text[k] != '\0'; k++)
		if (text[k] >= 'a' && text[k] <= 'f')
			text[k] = (char)(text[k] - 'a' + 'A');
	values_add(v, "%s", text);
}

/* ---- chassis, board, BIOS ------------------------------------------ */

static void
get_chassis_serial(const struct inst *i, struct values *v)
{
	add_serial(i, v, "JR", 24, 10);
}

static void
get_board_serial(const struct inst *i, struct values *v)
{
	if (machine(i)->board_serial)
		add_serial(i, v, "KN", 26, 10);
}

static const struct prop chassis_props[] = {
	CONST("ChassisPackageType", "35"),
	KEY("CreationClassName", "CIM_Chassis"),
	CONST("ElementName", "Managed System Chassis"),
	CALC("Manufacturer", get_maker),
	CALC("Model", get_model),
	CONST("OperationalStatus", "0"),
	CONST("PackageType", "3"),
	CALC("SerialNumber", get_chassis_serial),
	KEY("Tag", "CIM_Chassis"),
	CALC("Version", get_revision),
	END
};

static const struct prop card_props[] = {
	CONST("CanBeFRUed", "true"),
	KEY("CreationClassName", "CIM_Card"),
	CONST("ElementName", "Managed System Base Board"),
	CALC("Manufacturer", get_maker),
	CALC("Model", get_board),
	CONST("OperationalStatus", "0"),
	CONST("PackageType", "9"),
	CALC("SerialNumber", get_board_serial),
	KEY("Tag", "CIM_Card"),
	CALC("Version", get_revision),
	END
};

static void
get_bios_date(const struct inst *i, struct values *v)
{
	values_add(v, "%sT00:00:00Z", machine(i)->bios_date);
}

static const struct prop bios_props[] = {
	CONST("ElementName", "Primary BIOS"),
	CONST("Manufacturer", "Intel Corp."),
	KEY("Name", "Primary BIOS"),
	CONST("OperationalStatus", "0"),
	CONST("PrimaryBIOS", "true"),
	{ .name = "ReleaseDate", .type = T_TIME, .get = get_bios_date },
	{ .name = "SoftwareElementID", .get = get_bios, .flags = PROP_KEY },
	KEY("SoftwareElementState", "2"),
	KEY("TargetOperatingSystem", "66"),
	{ .name = "Version", .get = get_bios, .flags = PROP_KEY },
	END
};

static void
get_features(const struct inst *i, struct values *v)
{
	static const int has[] = { 7, 11, 12, 27, 28, 29, 31 };
	size_t k;

	(void)i;
	for (k = 0; k < sizeof has / sizeof has[0]; k++)
		values_add(v, "%d", has[k]);
}

static const struct prop feature_props[] = {
	CALC("Characteristics", get_features),
	CONST("ElementName", "Primary BIOS Features"),
	{ .name = "IdentifyingNumber", .get = get_revision,
	    .flags = PROP_KEY },
	KEY("Name", "Primary BIOS Features"),
	CONST("OperationalStatus", "0"),
	{ .name = "ProductName", .get = get_model, .flags = PROP_KEY },
	{ .name = "Vendor", .get = get_maker, .flags = PROP_KEY },
	{ .name = "Version", .get = get_revision, .flags = PROP_KEY },
	END
};

/* ---- the whole, as an association ---------------------------------- */

static const struct ref chassis = { "CIM_Chassis",
	{ { "CreationClassName", "CIM_Chassis" }, { "Tag", "CIM_Chassis" } } };
static const struct ref card = { "CIM_Card",
	{ { "CreationClassName", "CIM_Card" }, { "Tag", "CIM_Card" } } };
static const struct ref managed = { "CIM_ComputerSystem",
	{ { "CreationClassName", "CIM_ComputerSystem" },
	    { "Name", "ManagedSystem" } } };

/* In SMBIOS byte order. */
static void
get_guid(const struct inst *i, struct values *v)
{
	char text[33];
	uint8_t raw[16];
	size_t k;

	if (model_uuid_bytes(&i->sim->model, raw) == -1)
		return;
	for (k = 0; k < sizeof raw; k++)
		snprintf(text + 2 * k, 3, "%02X", raw[k]);
	values_add(v, "%s", text);
}

static const struct prop package_props[] = {
	{ .name = "Antecedent", .ref = &chassis, .flags = PROP_KEY },
	{ .name = "Dependent", .ref = &managed, .flags = PROP_KEY },
	CALC("PlatformGUID", get_guid),
	END
};

static const struct prop packaging_props[] = {
	{ .name = "Antecedent", .ref = &card, .flags = PROP_KEY },
	{ .name = "Dependent", .ref = &managed, .flags = PROP_KEY },
	END
};

/* ---- processor, memory, disk --------------------------------------- */

static const struct prop processor_props[] = {
	CONST("CPUStatus", "1"),
	KEY("CreationClassName", "CIM_Processor"),
	CALC("CurrentClockSpeed", get_clock),
	KEY("DeviceID", "CPU 0"),
	CONST("ElementName", "Managed System CPU"),
	CONST("EnabledState", "2"),
	CONST("ExternalBusClockSpeed", "100"),
	CALC("Family", get_family),
	CONST("HealthState", "0"),
	CALC("MaxClockSpeed", get_max_clock),
	CONST("OperationalStatus", "0"),
	CONST("OtherFamilyDescription", ""),
	CONST("RequestedState", "12"),
	CONST("Role", "Central"),
	CALC("Stepping", get_stepping),
	SERVICE_KEYS_2("ManagedSystem"),
	CALC("UpgradeMethod", get_socket),
	END
};

static unsigned
dimm_count(struct sim *sim)
{
	return machine(&(struct inst){ .sim = sim })->dimms;
}

static void
get_bank(const struct inst *i, struct values *v)
{
	values_add(v, "BANK %u", i->index * 2);
}

/* Equal tags get a number. */
static void
get_dimm_tag(const struct inst *i, struct values *v)
{
	if (i->index == 0)
		values_add(v, "9876543210");
	else
		values_add(v, "9876543210 (#%u)", i->index);
}

static void
get_dimm_serial(const struct inst *i, struct values *v)
{
	add_serial(i, v, "", i->index * 9, i->index == 0 ? 8 : 4);
}

static const struct prop memory_props[] = {
	CALC("BankLabel", get_bank),
	CALC("Capacity", get_dimm_bytes),
	CALC("ConfiguredMemoryClockSpeed", get_memory_clock),
	KEY("CreationClassName", "CIM_PhysicalMemory"),
	CONST("ElementName", "Managed System Memory Chip"),
	CALC("FormFactor", get_form),
	CONST("IsSpeedInMhz", "true"),
	CONST("Manufacturer", "859B"),
	CALC("MaxMemorySpeed", get_memory_clock),
	CALC("MemoryType", get_memory_type),
	CONST("PartNumber", "CT16G4SFD824A.M16FE "),
	CALC("SerialNumber", get_dimm_serial),
	CONST("Speed", "0"),
	{ .name = "Tag", .get = get_dimm_tag, .flags = PROP_KEY },
	END
};

/* The processor's chip, then one for each memory module. */
static unsigned
chip_count(struct sim *sim)
{
	return 1 + dimm_count(sim);
}

static void
get_chip(const struct inst *i, struct values *v)
{
	values_add(v, "Managed System %s Chip", i->index == 0 ? "Processor" :
	    "Memory");
}

static void
get_chip_maker(const struct inst *i, struct values *v)
{
	values_add(v, "%s", i->index == 0 ? "Intel(R) Corporation" : "859B");
}

static void
get_chip_tag(const struct inst *i, struct values *v)
{
	struct inst dimm = *i;

	if (i->index == 0) {
		values_add(v, "CPU 0");
		return;
	}
	dimm.index--;
	get_dimm_tag(&dimm, v);
}

static void
get_chip_version(const struct inst *i, struct values *v)
{
	if (i->index == 0)
		get_cpu(i, v);
}

static const struct prop chip_props[] = {
	CONST("CanBeFRUed", "true"),
	KEY("CreationClassName", "CIM_Chip"),
	CALC("ElementName", get_chip),
	CALC("Manufacturer", get_chip_maker),
	CONST("OperationalStatus", "0"),
	{ .name = "Tag", .get = get_chip_tag, .flags = PROP_KEY },
	CALC("Version", get_chip_version),
	END
};

static void
get_disk_can(const struct inst *i, struct values *v)
{
	(void)i;
	values_add(v, "4");
	values_add(v, "10");
}

static const struct prop disk_props[] = {
	CALC("Capabilities", get_disk_can),
	KEY("CreationClassName", "CIM_MediaAccessDevice"),
	KEY("DeviceID", "MEDIA DEV 0"),
	CONST("ElementName", "Managed System Media Access Device"),
	CONST("EnabledDefault", "2"),
	CONST("EnabledState", "0"),
	CALC("MaxMediaSize", get_disk),
	CONST("OperationalStatus", "0"),
	CONST("RequestedState", "12"),
	CONST("Security", "2"),
	SERVICE_KEYS_2("ManagedSystem"),
	END
};

/* ---- fan, sensor --------------------------------------------------- */

static const struct prop fan_props[] = {
	CONST("ActiveCooling", "true"),
	KEY("CreationClassName", "CIM_Fan"),
	CONST("DesiredSpeed", "0"),
	KEY("DeviceID", "Fan 0"),
	CONST("ElementName", "Fan"),
	CONST("EnabledState", "5"),
	CONST("HealthState", "5"),
	CONST("OperationalStatus", "2"),
	CONST("RequestedState", "12"),
	SERVICE_KEYS_2("ManagedSystem"),
	CONST("VariableSpeed", "false"),
	END
};

static void
get_sensor_states(const struct inst *i, struct values *v)
{
	(void)i;
	values_add(v, "Bad");
	values_add(v, "Good");
	values_add(v, "Unknown");
}

static const struct prop sensor_props[] = {
	KEY("CreationClassName", "CIM_Sensor"),
	CONST("CurrentState", "Unknown"),
	KEY("DeviceID", "Sensor 1"),
	CONST("ElementName", "Sensor"),
	CONST("EnabledState", "5"),
	CONST("HealthState", "5"),
	CONST("OperationalStatus", "2"),
	CALC("PossibleStates", get_sensor_states),
	CONST("RequestedState", "12"),
	CONST("SensorType", "0"),
	SERVICE_KEYS_2("ManagedSystem"),
	END
};

#define ELEMENT "CIM_ManagedSystemElement CIM_ManagedElement"
#define PACKAGE "CIM_PhysicalPackage CIM_PhysicalElement " ELEMENT
#define DEVICE "CIM_LogicalDevice CIM_EnabledLogicalElement " \
	"CIM_LogicalElement " ELEMENT
#define ASSET(n, line) .name = (n), .ancestors = line, \
	.read_realms = REALM(REALM_HWASSET), .write_realms = REALM(REALM_ADMIN)

const struct class classes_hardware[] = {
	{ ASSET("CIM_Chassis", "CIM_PhysicalFrame " PACKAGE), .dated = true,
	    .props = chassis_props },
	{ ASSET("CIM_Card", PACKAGE), .dated = true, .props = card_props },
	{ ASSET("CIM_BIOSElement", "CIM_SoftwareElement CIM_LogicalElement "
	    ELEMENT), .dated = true, .props = bios_props },
	{ ASSET("CIM_BIOSFeature", "CIM_SoftwareFeature CIM_LogicalElement "
	    ELEMENT), .dated = true, .props = feature_props },
	{ ASSET("CIM_ComputerSystemPackage", "CIM_SystemPackaging "
	    "CIM_Dependency"), .props = package_props },
	{ ASSET("CIM_SystemPackaging", "CIM_Dependency"),
	    .props = packaging_props },
	{ ASSET("CIM_Processor", DEVICE), .dated = true,
	    .props = processor_props },
	{ ASSET("CIM_PhysicalMemory", "CIM_PhysicalComponent "
	    "CIM_PhysicalElement " ELEMENT), .dated = true,
	    .count = dimm_count, .props = memory_props },
	{ ASSET("CIM_Chip", "CIM_PhysicalComponent CIM_PhysicalElement "
	    ELEMENT), .dated = true, .one_per_pull = true,
	    .count = chip_count, .props = chip_props },
	{ ASSET("CIM_MediaAccessDevice", DEVICE), .dated = true,
	    .props = disk_props },
	{ ASSET("CIM_Fan", "CIM_CoolingDevice " DEVICE), .dated = true,
	    .props = fan_props },
	{ ASSET("CIM_Sensor", DEVICE), .dated = true, .props = sensor_props },
	{ .name = NULL }
};
