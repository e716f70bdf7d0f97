#!/bin/sh
# SPDX-License-Identifier: MIT
# The class model: mkmodel makes it of a table, and what is checked in is what
# mkmodel would make of it again; --list-classes prints it.
. ./lib.sh
mkmodel() { LC_ALL=C "$TOP/wsamt/mkmodel" "$@"; }

tab='	'
tr '|' "$tab" >"$T/table" <<'END'
class|parent|kind|name|type|flags|values
CIM_B|CIM_A|C|-|-|version 1|
CIM_B|CIM_A|P|When|datetime|-|
CIM_B|CIM_A|M|Do|uint32|-|
CIM_B|CIM_A|I|Do.State|uint16[]|required|On: 2; Shut Down (soft): 4; Reserved: 5..9; Other: ..
CIM_B|CIM_A|I|Do.Template|CIM_A|-|
CIM_B|CIM_A|I|Do.Again|Int64|-|On: 2; Shut Down (soft): 4
CIM_B|CIM_A|O|Do.Job|EPR|-|
CIM_A|-|C|-|-|-|
CIM_A|-|P|Name|string|key required|
END
mkmodel "$T/table" >"$T/model"
is "$(grep -v '^[/ ]\*\|^ \*\|OPEN' "$T/model")" 'WORDS(1, "On=2 Shut-Down-soft=4")
CLASS(CIM_A, , 0)
PROPERTY(Name, STRING, KEY | REQUIRED)
CLASS(CIM_B, CIM_A, 0)
PROPERTY(When, DATETIME, 0)
METHOD(Do)
INPUT(State, UINT16, REQUIRED | ARRAY, 1)
INPUT_INSTANCE(Template, CIM_A, 0)
INPUT(Again, SINT64, 0, 1)
OUTPUT(Job, REFERENCE, 0)' "a table becomes a model"

# Back into a table, and once more: the same.
awk -F '[(,)] *' -v OFS="$tab" '
	/^WORDS/ {
		match($0, /".*"/)
		words[$2] = substr($0, RSTART + 1, RLENGTH - 2)
		gsub(/ /, "; ", words[$2])
		gsub(/=/, ": ", words[$2])
	}
	/^CLASS/ && !/OPEN/ {
		class = $2; parent = $3 == "" ? "-" : $3
		print class, parent, "C", "-", "-", "-", ""
	}
	/^METHOD/ { method = $2; print class, parent, "M", $2, "uint32", "-", "" }
	/^(PROPERTY|INPUT|OUTPUT)/ {
		kind = substr($1, 1, 1)
		type = $3 == "REFERENCE" ? "EPR" : /_INSTANCE/ ? $3 : tolower($3)
		print class, parent, kind, (kind == "P" ? "" : method ".") $2, \
		    type ($4 ~ /ARRAY/ ? "[]" : ""), \
		    ($4 ~ /KEY/ ? "key " : "") ($4 ~ /REQUIRED/ ? "required" : ""), \
		    kind == "I" ? words[$5] : ""
	}' "$TOP/wsamt/model.def" >"$T/table"
mkmodel "$T/table" >"$T/model"
run cmp "$T/model" "$TOP/wsamt/model.def"
is "$rc$out" 0 "what is checked in is made by mkmodel"

is "$(wsamt --list-classes | wc -l)" "$(grep -c '^CLASS' "$TOP/wsamt/model.def")" "a line for each class"
is "$(wsamt --json --list-classes | jq -r '.[] | "\(.class)\t\(.parent)"')" "$(wsamt --list-classes)" "the same as JSON"
has "$(wsamt --list-classes)" "AMT_GeneralSettings	CIM_SettingData" "with its parent"
run wsamt --list-classes CIM_BootService
has "$out" "input	SetBootConfigRole.Role	uint16	required	IsNext=0,IsNextSingleUse=1,IsDefault=2" "what is in one"
has "$out" "key	SystemName	string	none	none" "also of its parents"
is "$(wsamt --json --list-classes CIM_BootService | jq -c '.[] | select(.name == "SetBootConfigRole.Role")')" \
    '{"kind":"input","name":"SetBootConfigRole.Role","type":"uint16","flags":["required"],"values":["IsNext=0","IsNextSingleUse=1","IsDefault=2"]}' "as JSON"
run wsamt --list-classes CIM_Boot
is "$rc $err" "2 wsamt: the class model has no CIM_Boot; did you mean CIM_BootConfigSetting?" "no such class"
run wsamt --list-classes CIM_A CIM_B
is "$rc" 2 "one at a time"
done_testing
