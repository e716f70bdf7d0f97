/* SPDX-License-Identifier: MIT */
/*
 * Namespaces of WS-Management and what the three files of wsxml share:
 * wsxml.c reads, wsemit.c writes, wsfault.c explains.  Private to them.
 */
#ifndef LIB_WSNS_H
#define LIB_WSNS_H

#include <libxml/tree.h>

#define NS_SOAP "http://www.w3.org/2003/05/soap-envelope"
#define NS_ADDRESSING "http://schemas.xmlsoap.org/ws/2004/08/addressing"
#define NS_WSMAN "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
#define NS_ENUMERATION "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
#define NS_TRANSFER "http://schemas.xmlsoap.org/ws/2004/09/transfer"
#define NS_IDENTITY \
	"http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"
#define NS_COMMON "http://schemas.dmtf.org/wbem/wscim/1/common"
#define WS_ANONYMOUS NS_ADDRESSING "/role/anonymous"

#define X(s) ((const xmlChar *)(s))	/* libxml2's idea of text */

struct ws_doc {
	xmlDoc *xml;
	xmlNode *body;
	size_t size;			/* bytes it was parsed from */
};

/* ws_node is libxml2's node under a name of ours. */
static inline struct ws_node *
ws_wrap(xmlNode *n)
{
	return (struct ws_node *)n;
}

static inline const xmlNode *
ws_xml(const struct ws_node *n)
{
	return (const xmlNode *)n;
}

/* Element of this namespace and name. */
bool ws_is(const xmlNode *n, const char *uri, const char *name);
xmlNode *ws_find(const xmlNode *parent, const char *uri, const char *name);
/* Where the firmware would have it: by byte value of the name. */
void ws_place(xmlNode *instance, xmlNode *property);

#endif
