# SPDX-License-Identifier: Apache-2.0
# Varnish 7 in front of an index, keeping pages and files by their surrogate keys.
# The index needs CHEESESHOP_PURGE=keys+http://127.0.0.1:6081/purge (this address, as the index reaches it) and
# CHEESESHOP_TRUSTED_PROXIES=1. docs/guides/caching.md tells why it is so.
vcl 4.1;

backend default {
    .host = "127.0.0.1";
    .port = "8000";
}

acl index {
    "127.0.0.1";
    "::1";
}

sub vcl_recv {
    if (req.method == "POST" && req.url == "/purge") {
        if (client.ip !~ index) {
            return (synth(403));
        }
        if (req.http.Surrogate-Key !~ "^[a-z0-9/ -]+$") {
            return (synth(400));
        }
        # By the object alone, so that Varnish may also look for what is banned by itself.
        ban("obj.http.surrogate-key ~ (^|[[:space:]])(" + regsuball(req.http.Surrogate-Key, " +", "|") + ")($|[[:space:]])");
        return (synth(200));
    }
    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    if (req.url !~ "^/(simple|packages|integrity)/" && req.url !~ "^/pypi/[^/?]+/([^/?]+/)?json/?$") {
        return (pass);
    }
    if (req.http.Authorization) {
        return (pass);
    }
    unset req.http.Cookie;
    if (req.http.Accept-Encoding) {
        if (req.http.Accept-Encoding ~ "gzip") {
            set req.http.Accept-Encoding = "gzip";
        } else {
            unset req.http.Accept-Encoding;
        }
    }
    return (hash);
}

sub vcl_backend_response {
    # Only what the index calls by a key can be purged, so that nothing else is kept.
    if (!beresp.http.Surrogate-Key || beresp.status != 200) {
        set beresp.uncacheable = true;
        set beresp.ttl = 120s;  # for which it is known not to be kept; nobody waits for somebody else's answer
        return (deliver);
    }
    set beresp.grace = 0s;
}

sub vcl_deliver {
    unset resp.http.Surrogate-Key;
    set resp.http.X-Cache = obj.hits;
}
