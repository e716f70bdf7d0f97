/* SPDX-License-Identifier: MIT */
/*
 * inventory: the parts of the machine as its BIOS told the controller at the
 * last boot; works while it is off.  Families, sockets and forms carry the
 * numbers of SMBIOS, and one that has no name here is printed as it is.
 */
#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "wsamt/facts.h"
#include "wsamt/wsamt.h"

static const struct ws_word chassis_types[] = {
	{ 0, "unknown" }, { 1, "other" }, { 3, "desktop" },
	{ 4, "low profile desktop" }, { 5, "pizza box" }, { 6, "mini tower" },
	{ 7, "tower" }, { 8, "portable" }, { 9, "laptop" }, { 10, "notebook" },
	{ 11, "handheld" }, { 12, "docking station" }, { 13, "all in one" },
	{ 14, "sub notebook" }, { 15, "space saving" }, { 16, "lunch box" },
	{ 17, "main chassis" }, { 18, "expansion chassis" },
	{ 19, "sub chassis" }, { 20, "bus expansion" }, { 21, "peripheral" },
	{ 22, "storage" }, { 24, "sealed case" }, { 26, "CompactPCI" },
	{ 27, "AdvancedTCA" }, { 28, "blade enclosure" }, { 30, "tablet" },
	{ 31, "convertible" }, { 32, "detachable" }, { 33, "IoT gateway" },
	{ 34, "embedded PC" }, { 35, "mini PC" }, { 36, "stick PC" },
	{ 0, NULL }
};
static const struct ws_word memory_types[] = {
	{ 0, "unknown" }, { 1, "other" }, { 2, "DRAM" }, { 17, "SDRAM" },
	{ 20, "DDR" }, { 21, "DDR2" }, { 24, "DDR3" }, { 26, "DDR4" },
	{ 27, "LPDDR" }, { 28, "LPDDR2" }, { 29, "LPDDR3" }, { 30, "LPDDR4" },
	{ 31, "non-volatile" }, { 32, "HBM" }, { 33, "HBM2" }, { 34, "DDR5" },
	{ 35, "LPDDR5" }, { 36, "HBM3" }, { 0, NULL }
};
static const struct ws_word forms[] = {
	{ 3, "SIMM" }, { 5, "chip" }, { 9, "DIMM" }, { 12, "RIMM" },
	{ 13, "SODIMM" }, { 15, "FB-DIMM" }, { 16, "die" }, { 0, NULL }
};
static const struct ws_word families[] = {
	{ 198, "Core i7" }, { 205, "Core i5" }, { 206, "Core i3" },
	{ 207, "Core i9" }, { 768, "Core 3" }, { 769, "Core 5" },
	{ 770, "Core 7" }, { 771, "Core 9" }, { 772, "Core Ultra 3" },
	{ 773, "Core Ultra 5" }, { 774, "Core Ultra 7" },
	{ 775, "Core Ultra 9" }, { 0, NULL }
};
static const struct ws_word sockets[] = {
	{ 1, "other" }, { 2, "unknown" }, { 6, "none" }, { 36, "LGA1155" },
	{ 45, "LGA1150" }, { 46, "BGA1168" }, { 48, "BGA1364" },
	{ 50, "LGA1151" }, { 51, "BGA1356" }, { 52, "BGA1440" },
	{ 53, "BGA1515" }, { 57, "LGA2066" }, { 60, "BGA1528" },
	{ 62, "LGA1200" }, { 63, "LGA4677" }, { 64, "LGA1700" },
	{ 65, "BGA1744" }, { 66, "BGA1781" }, { 82, "BGA1792" },
	{ 83, "BGA2049" }, { 84, "BGA2551" }, { 85, "LGA1851" },
	{ 86, "BGA2114" }, { 87, "BGA2833" }, { 0, NULL }
};
static const struct ws_word cpu_states[] = {
	{ 0, "unknown" }, { 1, "enabled" }, { 2, "disabled by the user" },
	{ 3, "disabled by the BIOS" }, { 4, "idle" }, { 7, "other" },
	{ 0, NULL }
};

#define TEXT(w, p) { w, "", NULL, p, FACT_TEXT, NULL }
#define WORD(w, p, t) { w, "", NULL, p, FACT_WORD, t }
#define MAKER TEXT("manufacturer", "Manufacturer"), TEXT("model", "Model"), \
	TEXT("version", "Version"), TEXT("serial", "SerialNumber")

static const struct fact chassis[] = {
	MAKER, WORD("type", "ChassisPackageType", chassis_types),
};
static const struct fact board[] = { MAKER };
static const struct fact bios[] = {
	TEXT("manufacturer", "Manufacturer"), TEXT("version", "Version"),
	TEXT("date", "ReleaseDate"),
};
static const struct fact processor[] = {
	WORD("family", "Family", families), TEXT("stepping", "Stepping"),
	TEXT("mhz", "CurrentClockSpeed"), TEXT("most-mhz", "MaxClockSpeed"),
	WORD("socket", "UpgradeMethod", sockets),
	WORD("state", "CPUStatus", cpu_states),
};
static const struct fact memory[] = {
	TEXT("bank", "BankLabel"), TEXT("bytes", "Capacity"),
	WORD("type", "MemoryType", memory_types),
	WORD("form", "FormFactor", forms),
	TEXT("mhz", "ConfiguredMemoryClockSpeed"),
	TEXT("most-mhz", "MaxMemorySpeed"),
	TEXT("manufacturer", "Manufacturer"), TEXT("model", "PartNumber"),
	TEXT("serial", "SerialNumber"),
};
static const struct fact disk[] = {
	TEXT("name", "DeviceID"), TEXT("kilobytes", "MaxMediaSize"),
};
static const struct fact battery[] = {
	TEXT("manufacturer", "Manufacturer"), TEXT("model", "Name"),
	TEXT("name", "DeviceID"),
};

static const struct part {
	const char *word, *class;
	const struct fact *facts;
	size_t n;
} parts[] = {
#define PART(t, class) { #t, class, t, sizeof t / sizeof t[0] }
	PART(chassis, "CIM_Chassis"), PART(board, "CIM_Card"),
	PART(bios, "CIM_BIOSElement"), PART(processor, "CIM_Processor"),
	PART(memory, "CIM_PhysicalMemory"),
	PART(disk, "CIM_MediaAccessDevice"), PART(battery, "CIM_Battery"),
};

/* A processor's name is that of the chip with its tag. */
static int
print_chip(struct wsamt *a, const struct ws_list *chips,
    const struct ws_node *cpu, struct err *e)
{
	const char *id, *tag, *text;
	const struct ws_node *n = NULL;
	size_t at = 0;

	if (ws_get_text(cpu, "DeviceID", &id, e) == -1)
		return 0;
	while ((n = ws_list_next(chips, &at, n)) != NULL)
		if (strcmp(ws_name(n), "CIM_Chip") == 0 &&
		    ws_get_text(n, "Tag", &tag, e) == 0 &&
		    strcmp(tag, id) == 0 &&
		    ws_get_text(n, "Version", &text, e) == 0)
			return out_fact(&a->out, "model", text, e);
	return 0;
}

static int
print_part(struct wsamt *a, const struct part *p, const struct ws_node *n,
    const struct ws_list *chips, struct err *e)
{
	if (out_block(&a->out, "part", p->word, e) == -1 ||
	    (p->facts == processor && print_chip(a, chips, n, e) == -1) ||
	    facts_print_node(a, p->facts, p->n, n, e) == -1)
		return -1;
	out_end(&a->out);
	return 0;
}

/* 1: some, 0: the firmware does not have the class. */
static int
list_parts(struct wsamt *a, const struct part *p, const struct ws_list *chips,
    struct err *e)
{
	const struct ws_node *n = NULL;
	struct ws_list list;
	size_t at = 0;
	int rc = 0;

	if (wsman_enumerate(a->wsman, p->class, &list, e) == -1)
		return wsman_absent(a->wsman) ? 0 : -1;
	while (rc != -1 && (n = ws_list_next(&list, &at, n)) != NULL)
		if (strcmp(ws_name(n), p->class) == 0)
			rc = print_part(a, p, n, chips, e) == -1 ? -1 : 1;
	ws_list_free(&list);
	return rc;
}

int
cmd_inventory(struct wsamt *a, int argc, char **argv, struct err *e)
{
	struct ws_list chips = { 0 };
	size_t i;
	int rc = 0;
	bool some = false;

	(void)argc, (void)argv;
	if (wsman_enumerate(a->wsman, "CIM_Chip", &chips, e) == -1 &&
	    !wsman_absent(a->wsman))
		return -1;
	out_list(&a->out);
	for (i = 0; rc != -1 && i < sizeof parts / sizeof parts[0]; i++) {
		rc = list_parts(a, &parts[i], &chips, e);
		some = some || rc == 1;
	}
	out_list_end(&a->out);
	ws_list_free(&chips);
	if (rc != -1 && !some)
		log_warn("%s: the controller knows no parts yet: the BIOS "
		    "tells it at the next boot", a->machine.name);
	return rc == -1 ? -1 : 0;
}
