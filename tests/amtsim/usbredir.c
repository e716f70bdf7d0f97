/* SPDX-License-Identifier: MIT */
/*
 * One line of the usbredir protocol to QEMU, which plays the part of the
 * virtual machine's USB port; libusbredirparser does the framing.  Devices
 * have one configuration, one interface and bulk endpoints; endpoint 0 and
 * the standard requests are answered here from the descriptors.  What QEMU
 * says before the other's hello, or to a device that is gone, is dropped.
 */
#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <usbredirparser.h>

#include "lib/err.h"
#include "lib/log.h"
#include "lib/loop.h"
#include "usbredir.h"

enum { GET_STATUS = 0, GET_DESCRIPTOR = 6 };
enum { DEVICE = 1, CONFIG, STRING, ENDPOINT = 5, QUALIFIER };
enum { TO_HOST = 0x80, CLASS = 0x20, KIND = 0x60 };

struct usb_line {
	struct loop *loop;
	int fd;
	struct loop_watch *watch;
	struct usbredirparser *parser;
	const struct usb_device *dev;
	void *arg;
	bool greeted, wanted, plugged, leaving;
};

static void
flush(struct usb_line *l)
{
	(void)usbredirparser_do_write(l->parser);	/* its end is polled */
	loop_set(l->watch, (short)(POLLIN |
	    (usbredirparser_has_data_to_write(l->parser) ? POLLOUT : 0)));
}

/* ---- plugging ---------------------------------------------------------- */

/* Endpoints as usbredir lists them: 0 to 15 out, 16 to 31 in. */
static void
endpoints(const uint8_t *config, struct usb_redir_ep_info_header *ep)
{
	size_t total = config[2] | (size_t)config[3] << 8, at, i;
	const uint8_t *d;

	memset(ep, 0, sizeof *ep);
	memset(ep->type, usb_redir_type_invalid, sizeof ep->type);
	ep->type[0] = ep->type[16] = usb_redir_type_control;
	ep->max_packet_size[0] = ep->max_packet_size[16] = 64;
	for (at = 0; at < total; at += config[at]) {
		d = config + at;
		if (d[1] != ENDPOINT)
			continue;
		i = (size_t)(d[2] & 15) + (d[2] & TO_HOST ? 16 : 0);
		ep->type[i] = d[3] & 3;
		ep->interval[i] = d[6];
		ep->max_packet_size[i] = (uint16_t)(d[4] | d[5] << 8);
	}
}

static void
connect_device(struct usb_line *l)
{
	const uint8_t *d = l->dev->device, *i = l->dev->config + 9;
	struct usb_redir_interface_info_header info = {
		.interface_count = 1, .interface_class = { i[5] },
		.interface_subclass = { i[6] },
		.interface_protocol = { i[7] },
	};
	struct usb_redir_device_connect_header device = {
		.speed = usb_redir_speed_high,
		.vendor_id = (uint16_t)(d[8] | d[9] << 8),
		.product_id = (uint16_t)(d[10] | d[11] << 8),
		.device_version_bcd = (uint16_t)(d[12] | d[13] << 8),
	};
	struct usb_redir_ep_info_header ep;

	endpoints(l->dev->config, &ep);
	usbredirparser_send_interface_info(l->parser, &info);
	usbredirparser_send_ep_info(l->parser, &ep);
	usbredirparser_send_device_connect(l->parser, &device);
	l->plugged = true;
}

static void
follow(struct usb_line *l)
{
	if (!l->greeted || l->leaving || l->wanted == l->plugged)
		return;
	if (l->wanted) {
		connect_device(l);
		return;
	}
	usbredirparser_send_device_disconnect(l->parser);
	l->plugged = false;
	l->leaving = true;		/* until it is acknowledged */
	l->dev->reset(l->arg);
}

void
usb_line_plug(struct usb_line *l, bool plugged)
{
	l->wanted = plugged;
	follow(l);
	flush(l);
}

static void
on_hello(void *arg, struct usb_redir_hello_header *hello)
{
	struct usb_line *l = arg;

	(void)hello;
	l->greeted = true;
	follow(l);
}

static void
on_gone(void *arg)
{
	struct usb_line *l = arg;

	l->leaving = false;
	follow(l);
}

/* ---- endpoint 0 -------------------------------------------------------- */

/* UTF-16, behind length and type. */
static int
string(const struct usb_device *dev, unsigned n, uint8_t out[256])
{
	const char *s;
	unsigned i;

	out[1] = STRING;
	if (n == 0) {
		out[0] = 4;
		out[2] = 0x09;		/* English */
		out[3] = 0x04;
		return 4;
	}
	for (i = 1; i < n && dev->strings[i - 1] != NULL; )
		i++;
	if ((s = dev->strings[i - 1]) == NULL)
		return -1;
	for (i = 0; s[i] != '\0' && i < 126; i++) {
		out[2 + 2 * i] = (uint8_t)s[i];
		out[3 + 2 * i] = 0;
	}
	out[0] = (uint8_t)(2 + 2 * i);
	return out[0];
}

static int
descriptor(const struct usb_device *dev, unsigned type, unsigned n,
    uint8_t out[256])
{
	const uint8_t *d = dev->device;
	int len;

	switch (type) {
	case DEVICE:
		memcpy(out, d, d[0]);
		return d[0];
	case CONFIG:
		len = dev->config[2] | dev->config[3] << 8;
		memcpy(out, dev->config, (size_t)len);
		return len;
	case STRING:
		return string(dev, n, out);
	case QUALIFIER:			/* the same at the other speed */
		memcpy(out, (uint8_t[]){ 10, QUALIFIER, d[2], d[3], d[4],
		    d[5], d[6], d[7], d[17], 0 }, 10);
		return 10;
	default:
		return -1;
	}
}

static int
request(struct usb_line *l, const struct usb_redir_control_packet_header *h,
    uint8_t out[256])
{
	if ((h->requesttype & KIND) == CLASS)
		return l->dev->control(l->arg, h->requesttype, h->request,
		    out);
	if (h->requesttype == TO_HOST && h->request == GET_DESCRIPTOR)
		return descriptor(l->dev, h->value >> 8, h->value & 255, out);
	if (h->requesttype & TO_HOST && h->request == GET_STATUS) {
		out[0] = out[1] = 0;
		return 2;
	}
	return h->requesttype & TO_HOST ? -1 : 0;	/* clear, set feature */
}

static void
on_control(void *arg, uint64_t id, struct usb_redir_control_packet_header *h,
    uint8_t *data, int len)
{
	struct usb_line *l = arg;
	uint8_t out[256];
	int n = request(l, h, out);

	(void)len;
	usbredirparser_free_packet_data(l->parser, data);
	h->status = n == -1 ? usb_redir_stall : usb_redir_success;
	if (n > h->length)
		n = h->length;
	if (h->requesttype & TO_HOST)
		h->length = (uint16_t)(n > 0 ? n : 0);
	else
		n = 0;
	usbredirparser_send_control_packet(l->parser, id, h,
	    n > 0 ? out : NULL, n > 0 ? n : 0);
}

static void
on_set_configuration(void *arg, uint64_t id,
    struct usb_redir_set_configuration_header *h)
{
	struct usb_line *l = arg;
	struct usb_redir_configuration_status_header s = {
		.status = usb_redir_success,
		.configuration = h->configuration,
	};

	usbredirparser_send_configuration_status(l->parser, id, &s);
}

static void
on_get_configuration(void *arg, uint64_t id)
{
	struct usb_redir_set_configuration_header h = { .configuration = 1 };

	on_set_configuration(arg, id, &h);
}

static void
alt_setting(struct usb_line *l, uint64_t id, uint8_t interface)
{
	struct usb_redir_alt_setting_status_header s = {
		.status = usb_redir_success, .interface = interface,
	};

	usbredirparser_send_alt_setting_status(l->parser, id, &s);
}

static void
on_set_alt(void *arg, uint64_t id,
    struct usb_redir_set_alt_setting_header *h)
{
	alt_setting(arg, id, h->interface);
}

static void
on_get_alt(void *arg, uint64_t id,
    struct usb_redir_get_alt_setting_header *h)
{
	alt_setting(arg, id, h->interface);
}

/* ---- data -------------------------------------------------------------- */

static void
answer(struct usb_line *l, uint64_t id, uint8_t endpoint, uint8_t status,
    const void *p, size_t n, size_t length)
{
	struct usb_redir_bulk_packet_header h = {
		.endpoint = endpoint, .status = status,
		.length = (uint16_t)length,
		.length_high = (uint16_t)(length >> 16),
	};

	usbredirparser_send_bulk_packet(l->parser, id, &h, n > 0 ?
	    (uint8_t *)(uintptr_t)p : NULL, (int)n);	/* it only reads */
}

/* The first endpoint to the host, of the descriptors. */
static uint8_t
in_endpoint(const struct usb_line *l)
{
	const uint8_t *d = l->dev->config;

	while (d[1] != ENDPOINT || !(d[2] & TO_HOST))
		d += d[0];
	return d[2];
}

void
usb_line_in(struct usb_line *l, uint64_t id, const void *p, size_t n)
{
	answer(l, id, in_endpoint(l), usb_redir_success, p, n, n);
	flush(l);
}

static void
on_bulk(void *arg, uint64_t id, struct usb_redir_bulk_packet_header *h,
    uint8_t *data, int len)
{
	struct usb_line *l = arg;
	size_t n = h->length | (size_t)h->length_high << 16;
	bool good = false;

	if (h->endpoint & TO_HOST) {
		l->dev->in(l->arg, id, n);
	} else {
		if (l->plugged)
			good = l->dev->out(l->arg, data, (size_t)len);
		answer(l, id, h->endpoint, good ? usb_redir_success :
		    usb_redir_stall, NULL, 0, good ? n : 0);
	}
	usbredirparser_free_packet_data(l->parser, data);
}

static void
on_cancel(void *arg, uint64_t id)
{
	struct usb_line *l = arg;

	l->dev->cancel(l->arg, id);
	answer(l, id, in_endpoint(l), usb_redir_cancelled, NULL, 0, 0);
}

static void
on_reset(void *arg)
{
	struct usb_line *l = arg;

	l->dev->reset(l->arg);
}

/* ---- the line ---------------------------------------------------------- */

static int
on_read(void *arg, uint8_t *p, int n)
{
	struct usb_line *l = arg;
	ssize_t r = recv(l->fd, p, (size_t)n, MSG_DONTWAIT);

	if (r == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return r > 0 ? (int)r : -1;
}

static int
on_write(void *arg, uint8_t *p, int n)
{
	struct usb_line *l = arg;
	ssize_t r = send(l->fd, p, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (r == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return (int)r;
}

static void
on_event(void *arg, short revents)
{
	struct usb_line *l = arg;

	if (revents & (POLLIN | POLLHUP) &&
	    usbredirparser_do_read(l->parser) == usbredirparser_read_io_error) {
		loop_set(l->watch, LOOP_NOTHING);	/* QEMU has ended */
		return;
	}
	flush(l);
}

static void
on_log(void *arg, int level, const char *text)
{
	(void)arg;
	if (level <= usbredirparser_warning)
		log_warn("usbredir: %s", text);
}

static void
set_up(struct usb_line *l)
{
	static const int can[] = { usb_redir_cap_connect_device_version,
	    usb_redir_cap_device_disconnect_ack,
	    usb_redir_cap_ep_info_max_packet_size, usb_redir_cap_64bits_ids,
	    usb_redir_cap_32bits_bulk_length };
	uint32_t caps[USB_REDIR_CAPS_SIZE] = { 0 };
	struct usbredirparser *p = l->parser;
	size_t i;

	p->priv = l;
	p->log_func = on_log;
	p->read_func = on_read;
	p->write_func = on_write;
	p->hello_func = on_hello;
	p->device_disconnect_ack_func = on_gone;
	p->reset_func = on_reset;
	p->control_packet_func = on_control;
	p->set_configuration_func = on_set_configuration;
	p->get_configuration_func = on_get_configuration;
	p->set_alt_setting_func = on_set_alt;
	p->get_alt_setting_func = on_get_alt;
	p->bulk_packet_func = on_bulk;
	p->cancel_data_packet_func = on_cancel;
	for (i = 0; i < sizeof can / sizeof can[0]; i++)
		usbredirparser_caps_set_cap(caps, can[i]);
	usbredirparser_init(p, "amtsim", caps, USB_REDIR_CAPS_SIZE,
	    usbredirparser_fl_usb_host);
}

struct usb_line *
usb_line_new(struct loop *loop, int fd, const struct usb_device *dev,
    void *arg, struct err *e)
{
	struct usb_line *l = calloc(1, sizeof *l);

	if (l == NULL || (l->parser = usbredirparser_create()) == NULL) {
		err_sys(e, ERR_LOCAL, "USB device");
		(void)close(fd);
		free(l);
		return NULL;
	}
	l->loop = loop;
	l->fd = fd;
	l->dev = dev;
	l->arg = arg;
	set_up(l);
	l->watch = loop_watch(loop, fd, POLLIN, on_event, l, e);
	if (l->watch == NULL) {
		usb_line_free(l);
		return NULL;
	}
	flush(l);
	return l;
}

void
usb_line_free(struct usb_line *l)
{
	if (l == NULL)
		return;
	loop_unwatch(l->watch);
	usbredirparser_destroy(l->parser);
	(void)close(l->fd);
	free(l);
}
