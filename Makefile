# SPDX-License-Identifier: MIT
# The one Makefile.  Each tool alone: make pingwait install-pingwait.
# Yours: CC CFLAGS CPPFLAGS LDFLAGS PKG_CONFIG PREFIX DESTDIR O SAN V; ours
# are added.

VERSION = 0.1.0
PREFIX = /usr/local
BINDIR = $(PREFIX)/bin
SBINDIR = $(PREFIX)/sbin
MANDIR = $(PREFIX)/share/man
COMPDIR = $(PREFIX)/share/bash-completion/completions
UNITDIR = $(PREFIX)/lib/systemd/system
DATADIR = $(PREFIX)/share/amt-tools
CC ?= cc
PKG_CONFIG ?= pkg-config
CFLAGS ?= -O2 -g
O ?= $(if $(SAN),build-san,build)
ifneq ($(words $(O)),1)
$(error O, the folder for objects, is "$(O)": one name without blanks)
endif

# A tool is its name, its packages and the parts of libamtcommon it links:
# common (libc), tls (GnuTLS), ws (libxml2, libcurl).  They are separate
# archives so that pingwait builds where only a C compiler is.
TOOLS = $(patsubst %/main.c,%,$(wildcard $(addsuffix /main.c,amtterm idertool wsamt amtproxy amtmapper pingwait)))
SCRIPTS = $(wildcard scripts/amtconsole scripts/fence_wsamt)
PKGS_pingwait =
PKGS_amtterm = gnutls
PKGS_idertool = gnutls
PKGS_wsamt = gnutls libxml-2.0 libcurl
LIBS_pingwait = common
LIBS_amtterm = tls common
LIBS_idertool = tls common
LIBS_wsamt = ws tls common

lib_modules = $(patsubst lib/%.c,%,$(wildcard lib/*.c))
LIB_tls = $(filter tls conn digest dial redir rlink rtalk,$(lib_modules))
LIB_ws = $(filter ws%,$(lib_modules))
LIB_common = $(filter-out $(LIB_tls) $(LIB_ws),$(lib_modules))
PKGS_lib_tls = gnutls
PKGS_lib_ws = libxml-2.0 libcurl

# Tests only.
PKGS_amtsim = gnutls libxml-2.0 libmicrohttpd json-c libusbredirparser-0.5

WARN = -Wall -Wextra -Wshadow -Wpointer-arith -Wcast-qual -Wwrite-strings \
	-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wvla -Wundef -Wformat=2 -Werror
SANFLAGS = $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
FORTIFY = $(if $(SAN)$(findstring -O0,$(CFLAGS)),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
comma = ,
our_cflags = -std=gnu11 $(WARN) -fPIE -fstack-protector-strong -pthread $(SANFLAGS)
our_cppflags = -I. -D_GNU_SOURCE -DVERSION='"$(VERSION)"' $(FORTIFY)
our_ldflags = -pie -pthread -Wl,-z,relro,-z,now $(SANFLAGS)
pkg_cflags = $(if $(1),$(shell $(PKG_CONFIG) --cflags $(1)))
pkg_libs = $(if $(1),$(shell $(PKG_CONFIG) --libs $(1)))

Q = $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' $(1) $(2))
compile = $(CC) $(our_cppflags) $(CPPFLAGS) $(our_cflags) $(CFLAGS)
link = $(CC) $(our_ldflags) $(LDFLAGS)

all: $(TOOLS)

.PHONY: all $(TOOLS) amtsim guests check check-build check-valgrind fuzz bench deps check-deps \
	demo install uninstall dist distcheck clean FORCE
.SUFFIXES:
.SECONDARY:

# $(O)/%.o needs the packages of the folder it is in.
pkgs_of = $(if $(filter lib/%,$(1)),$(if $(filter $(LIB_tls:%=lib/%),$(1)),$(PKGS_lib_tls))\
	$(if $(filter $(LIB_ws:%=lib/%),$(1)),$(PKGS_lib_ws)),\
	$(if $(filter tests/amtsim/%,$(1)),$(PKGS_amtsim),\
	$(if $(filter tests/%,$(1)),$(PKGS_wsamt),$(PKGS_$(firstword $(subst /, ,$(1)))))))

$(O)/%.o: %.c Makefile
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(compile) $(call pkg_cflags,$(strip $(call pkgs_of,$*))) -MMD -MP -c -o $@ $<

define archive
$(O)/lib/libamtcommon-$(1).a: $$(LIB_$(1):%=$(O)/lib/%.o)
	$$(call say,AR,$$@)
	$$(Q)rm -f $$@ && $(AR) rcs $$@ $$^
endef
$(foreach a,common tls ws,$(eval $(call archive,$(a))))
archives = $(patsubst %,$(O)/lib/libamtcommon-%.a,$(1))

objs = $(patsubst %.c,$(O)/%.o,$(wildcard $(1)/*.c))
units = $(wildcard $(1)/*.service $(1)/*.timer)
define tool
$(1): $(O)/$(1)/$(1)
$(O)/$(1)/$(1): $(call objs,$(1)) $(call archives,$(LIBS_$(1)))
	$$(call say,LINK,$$@)
	$$(Q)$$(link) -o $$@ $$^ $$(call pkg_libs,$$(PKGS_$(1)))
install-$(1): $(1)
	install -d "$$(DESTDIR)$$(BINDIR)" "$$(DESTDIR)$$(MANDIR)/man1"
	install -m 755 $(O)/$(1)/$(1) "$$(DESTDIR)$$(BINDIR)/$(1)"
	install -m 644 $(1)/$(1).1 "$$(DESTDIR)$$(MANDIR)/man1/$(1).1"
	$$(if $$(wildcard $(1)/$(1).bash),install -d "$$(DESTDIR)$$(COMPDIR)")
	$$(if $$(wildcard $(1)/$(1).bash),install -m 644 $(1)/$(1).bash "$$(DESTDIR)$$(COMPDIR)/$(1)")
	$$(if $$(call units,$(1)),install -d "$$(DESTDIR)$$(UNITDIR)")
	$$(if $$(call units,$(1)),install -m 644 $$(call units,$(1)) "$$(DESTDIR)$$(UNITDIR)/")
uninstall-$(1):
	rm -f "$$(DESTDIR)$$(BINDIR)/$(1)" "$$(DESTDIR)$$(MANDIR)/man1/$(1).1" "$$(DESTDIR)$$(COMPDIR)/$(1)" \
	    $$(patsubst $(1)/%,"$$(DESTDIR)$$(UNITDIR)/%",$$(call units,$(1)))
endef
$(foreach t,$(TOOLS),$(eval $(call tool,$(t))))

# A script whose page is in section 8 is for administrators: sbin.
script_page = $(notdir $(wildcard $(1).1 $(1).8))
script_at = $(if $(filter %.8,$(script_page)),$(SBINDIR),$(BINDIR))/$(notdir $(1))
script_page_at = $(MANDIR)/man$(subst .,,$(suffix $(script_page)))/$(script_page)
install-scripts:
	$(foreach s,$(SCRIPTS),install -D -m 755 $(s) "$(DESTDIR)$(call script_at,$(s))" && \
	    install -D -m 644 $(dir $(s))$(call script_page,$(s)) "$(DESTDIR)$(call script_page_at,$(s))" &&) :
	install -d "$(DESTDIR)$(DATADIR)"
	install -m 644 scripts/powerman/wsamt.dev "$(DESTDIR)$(DATADIR)/"
install-pages:
	install -d "$(DESTDIR)$(MANDIR)/man5" "$(DESTDIR)$(MANDIR)/man7"
	install -m 644 lib/*.5 "$(DESTDIR)$(MANDIR)/man5/"
	install -m 644 lib/*.7 "$(DESTDIR)$(MANDIR)/man7/"
install: $(TOOLS:%=install-%) install-scripts install-pages
uninstall: $(TOOLS:%=uninstall-%)
	rm -f $(foreach s,$(SCRIPTS),"$(DESTDIR)$(call script_at,$(s))" "$(DESTDIR)$(call script_page_at,$(s))") \
	    "$(DESTDIR)$(DATADIR)/wsamt.dev" \
	    $(patsubst lib/%,"$(DESTDIR)$(MANDIR)/man5/%",$(wildcard lib/*.5)) \
	    $(patsubst lib/%,"$(DESTDIR)$(MANDIR)/man7/%",$(wildcard lib/*.7))
	[ ! -d "$(DESTDIR)$(DATADIR)" ] || rmdir --ignore-fail-on-non-empty "$(DESTDIR)$(DATADIR)"

# ---- tests -------------------------------------------------------------

amtsim: $(O)/tests/amtsim/amtsim
$(O)/tests/amtsim/amtsim: $(call objs,tests/amtsim) $(call archives,common)
	$(call say,LINK,$@)
	$(Q)$(link) -o $@ $^ $(call pkg_libs,$(PKGS_amtsim))

# What amtsim's QEMU host runs.  A Linux guest that cannot be made is a guest
# missing: the stories that need it say so.
guests: $(O)/tests/guest/micro.bin $(O)/tests/guest/linux.img
$(O)/tests/guest/micro.bin: tests/guest/micro.S
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -m32 -c -o $(@:.bin=.o) $<
	$(Q)$(LD) -m elf_i386 -e _start -Ttext 0x7c00 --oformat binary -o $@ $(@:.bin=.o)
$(O)/tests/guest/linux.img: tests/guest/mklinux
	$(call say,MKLINUX,$@)
	$(Q)tests/guest/mklinux $@ || echo "no Linux guest"

# The same with USB drives, for tests only: its kernel is 70 MB to fetch.
$(O)/tests/guest/linux-usb.img: tests/guest/mklinux
	$(call say,MKLINUX,$@)
	$(Q)tests/guest/mklinux --usb $@ || echo "no Linux guest with USB"

# A unit test may name objects of a tool: "/* objects: pingwait/icmp */" in
# its first lines.  The same for fuzz harnesses.
UNITS = $(patsubst %.c,$(O)/%,$(wildcard tests/unit/*.c))
FUZZERS = $(filter-out $(O)/tests/fuzz/replay,$(patsubst %.c,$(O)/%,$(wildcard tests/fuzz/*.c)))
extra_objs = $(patsubst %,$(O)/%.o,$(shell sed -n '1,5s/.*objects: \(.*\) \*\//\1/p' $(1).c))
HELPERS = $(patsubst %.c,$(O)/%,$(wildcard tests/helpers/*.c))

define unit
$(O)/$(1): $(O)/$(1).o $(if $(filter tests/fuzz/%,$(1)),$(O)/tests/fuzz/replay.o) \
    $(call extra_objs,$(1)) $(call archives,ws tls common)
	$$(call say,LINK,$$@)
	$$(Q)$$(link) -o $$@ $$^ $$(call pkg_libs,$(PKGS_wsamt)) -lpthread
endef
$(foreach u,$(UNITS:$(O)/%=%) $(FUZZERS:$(O)/%=%) $(HELPERS:$(O)/%=%),$(eval $(call unit,$(u))))

check-build: $(TOOLS) amtsim guests $(O)/tests/guest/linux-usb.img $(UNITS) $(FUZZERS) $(HELPERS)

# TESTS= names single tests; J= how many run at once.
check: check-build
	@O=$(O) VERSION=$(VERSION) SAN=$(SAN) tests/run $(TESTS)

check-valgrind: $(UNITS)
	@O=$(O) RUNNER="valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite --suppressions=$(CURDIR)/tests/valgrind.supp" \
	    tests/run $(patsubst $(O)/tests/%,%,$(UNITS))

# Each parser for FUZZ_SECONDS, with clang's libFuzzer.
FUZZ_SECONDS = 60
fuzz:
	tests/fuzz/run $(FUZZ_SECONDS)

bench: $(TOOLS) amtsim $(HELPERS)
	@O=$(O) tests/bench/run

deps:
	tests/deps build
	-tests/guest/mklinux --fetch
check-deps:
	tests/deps check
	-tests/guest/mklinux --usb --fetch

demo: $(TOOLS) amtsim guests
	@O=$(O) tests/demo

dist:
	git archive --prefix=amt-tools-$(VERSION)/ -o amt-tools-$(VERSION).tar.gz HEAD

# What dist packs passes its checks without git, installs what this tree
# installs, and goes without a trace.
DIST = $(O)/distcheck
distcheck: dist
	rm -rf $(DIST) && mkdir -p $(DIST)
	tar -xf amt-tools-$(VERSION).tar.gz -C $(DIST) --strip-components=1
	$(MAKE) DESTDIR=$(DIST)/here PREFIX=/usr install
	$(MAKE) -C $(DIST) O=build check
	$(MAKE) -C $(DIST) O=build DESTDIR=there PREFIX=/usr install
	cd $(DIST)/here && find . | sort >../installed
	cd $(DIST)/there && find . | sort | diff ../installed -
	$(MAKE) -C $(DIST) O=build DESTDIR=there PREFIX=/usr uninstall
	[ -z "$$(find $(DIST)/there -type f)" ]
	rm -rf $(DIST)

clean:
	rm -rf build build-san build-clang build-fuzz amt-tools-*.tar.gz

-include $(shell find $(O) -name '*.d' 2>/dev/null)
