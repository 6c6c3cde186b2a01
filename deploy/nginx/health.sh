#!/bin/sh
# In order: nginx answers, and whoever looks for streamers looked within the last half minute.
set -eu
if [ -n "$(find /tmp/nginx/followed -mmin +0.5 2>/dev/null)" ]; then
    echo "nobody looks for streamers any more"
    exit 1
fi
curl -fsS -m 2 http://127.0.0.1:8080/nginx-health
