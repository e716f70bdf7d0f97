/* SPDX-License-Identifier: MIT */
/* lib/json: commas, nesting, quoting, hostile text. */
#include "lib/err.h"
#include "lib/json.h"
#include "test.h"

int
main(void)
{
	struct buf b;
	struct json j;

	buf_init(&b, 4096);
	json_init(&j, &b);
	json_object(&j);
	json_member(&j, "a", "x\"\\\n\x01\x7f");
	json_name(&j, "list");
	json_array(&j);
	json_int(&j, -5);
	json_bool(&j, true);
	json_null(&j);
	json_object(&j);
	json_object_end(&j);
	json_array_end(&j);
	json_member(&j, "u", "\xc3\xa9\xff\xe2\x82");
	json_member(&j, "c1", "\xc2\x9b\xc2\xa0\xc2");
	json_member(&j, "none", NULL);
	json_object_end(&j);
	ok(!j.failed);
	buf_add(&b, "", 1, &(struct err){ 0 });
	is_str((char *)b.data, "{\"a\":\"x\\\"\\\\\\n\\u0001\\u007f\","
	    "\"list\":[-5,true,null,{}],\"u\":\"\xc3\xa9"
	    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\",\"c1\":\"\\u009b\xc2\xa0"
	    "\xef\xbf\xbd\",\"none\":null}");
	buf_clear(&b);

	buf_init(&b, 4);
	json_init(&j, &b);
	json_text(&j, "too long");
	ok(j.failed);
	buf_clear(&b);
	return test_done();
}
