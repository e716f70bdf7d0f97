# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Certificates for stories, in the folder one is in; source it after lib.sh.
#
#	make_ca NAME		NAME.pem, NAME.key
#	leaf NAME [CA]		signed by CA, else by "ours"
make_ca() { # NAME
	openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=$1 root/O=$1" -keyout "$1.key" -out "$1.pem" 2>/dev/null
}
leaf() {	# NAME [CA]
	openssl req -newkey rsa:2048 -nodes -subj "/O=Tests/CN=$1.example" -keyout "$1.key" -out "$1.csr" 2>/dev/null
	openssl x509 -req -in "$1.csr" -CA "${2:-ours}.pem" -CAkey "${2:-ours}.key" -CAcreateserial -days 20 -out "$1.pem" 2>/dev/null
}
