#!/bin/sh
# Starts nginx and keeps it told where the streamers are: a replica that came, went or moved is in use or out of it
# within about a second. nginx itself looks names up again (`server … resolve`) only from 1.27.3 on, and a name in a
# variable, which works everywhere, knows no least_conn. Viewers in progress are not touched by a reload.
set -eu
here=/etc/turnstile
export STREAMS_PER_ADDRESS="${STREAMS_PER_ADDRESS:-60}" REQUESTS_PER_SECOND="${REQUESTS_PER_SECOND:-50}"
export TLS_PORT="${TLS_PORT:-8443}"
state=/tmp/nginx
mkdir -p "$state"

say() { printf 'nginx: %s\n' "$*" >&2; }

for number in "$STREAMS_PER_ADDRESS" "$REQUESTS_PER_SECOND"; do
    case $number in
    '' | *[!0-9]*)
        say "STREAMS_PER_ADDRESS=$STREAMS_PER_ADDRESS REQUESTS_PER_SECOND=$REQUESTS_PER_SECOND: expected whole numbers"
        exit 2
        ;;
    esac
done

addresses() { getent ahostsv4 streamer | awk '{print $1}' | sort -u; }

# Prints the upstream block; with no streamer known, one that refuses at once, so that nginx can run and say so. And a
# server that tells, in this container alone, which streamers the workers that answer know. No counting of failures: one
# that failed would be trusted again when a request to it has ended, and a stream does not end.
upstream() {
    printf 'upstream streamers {\n    zone streamers 128k;\n    least_conn;\n    keepalive 32;\n'
    found=$(addresses || true)
    for address in ${found:-127.0.0.1}; do
        printf '    server %s:%s max_fails=0;\n' "$address" "$([ -n "$found" ] && echo 8000 || echo 9)"
    done
    printf '}\nserver {\n    listen 127.0.0.1:8081;\n    access_log off;\n'
    printf '    return 200 "%s\\n";\n}\n' "$(echo "$found" | tr '\n' ' ')"
}

# Prints the servers: one, or with a certificate (deploy/compose/tls.yml) two, of which one only sends people to the other.
servers() {
    if [ ! -e /run/secrets/tls_certificate ]; then
        printf 'server {\n    listen 8080 default_server sndbuf=256k;\n    include %s/site.conf;\n}\n' "$state"
        return
    fi
    # How HTTP/2 is asked for changed with 1.25.1.
    version=$(nginx -v 2>&1 | sed 's/.*nginx\/\([0-9.]*\).*/\1/')
    listen='listen 8443 ssl http2 default_server sndbuf=256k;'
    if [ "$(printf '%s\n1.25.1\n' "$version" | sort -V | head -n 1)" = 1.25.1 ]; then
        listen='listen 8443 ssl default_server sndbuf=256k; http2 on;'
    fi
    printf 'server {\n    %s\n    include %s/tls.conf;\n    include %s/site.conf;\n}\n' "$listen" "$state" "$state"
    envsubst '${TLS_PORT}' <"$here/redirect.conf.template"
}

# One look at the streamers; whatever goes wrong with one is tried again by the next.
look() {
    upstream >"$state/upstream.new"
    cmp -s "$state/upstream.new" "$state/upstream.conf" && return
    cp "$state/upstream.new" "$state/upstream.conf"
    say "streamers: $(sed -n 's/.*server \([0-9.]*\):8000.*/\1/p' "$state/upstream.conf" | tr '\n' ' ')"
    nginx -c "$state/nginx.conf" -s reload 2>"$state/reload" && return
    say "not reloaded: $(cat "$state/reload")"
    rm -f "$state/upstream.conf"
}

follow() {
    while sleep 1; do
        look || true
        touch "$state/followed"
    done
}

# All of it is taken over now: what is edited later belongs to the next start.
cp "$here/headers.conf" "$here/tls.conf" "$state/"
for file in nginx.conf site.conf; do
    envsubst '${STREAMS_PER_ADDRESS} ${REQUESTS_PER_SECOND}' <"$here/$file.template" >"$state/$file"
done
servers >"$state/servers.conf"
upstream >"$state/upstream.conf"
nginx -t -q -c "$state/nginx.conf"
follow &
exec nginx -c "$state/nginx.conf" -g 'daemon off;'
