#!/bin/sh
# Installs into the virtual environment $1, from the index $2, the torch that the constraints $3 name.
set -eu
torch=$(grep '^torch==' "$3")

case $2 in
*/cpu) # what else the CPU build needs is in the image's own requirements
    "$1/bin/pip" install -q --no-deps --no-index "$torch" 2>/dev/null ||
        "$1/bin/pip" install -q --no-deps --index-url "$2" "$torch"
    ;;
*) "$1/bin/pip" install -q --index-url "$2" "$torch" ;; # CUDA's libraries are packages that it needs
esac
