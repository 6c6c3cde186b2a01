#!/bin/sh
# Takes out of the virtual environment $1 what no service ever opens: debugging symbols, tests, headers, stubs, and
# devices and formats of OpenVINO that nothing here uses. Half of some packages. Behind $1: what else this image can do
# without, as PACKAGE/PATTERN. A pattern that finds nothing is out of date and ends the build, unless its package is
# not installed in this image at all.
set -eu
cd "$1"/lib/python3.*/site-packages
shift

# drop PACKAGE PATTERN...
drop() {
    package=$1
    shift
    [ -d "$package" ] || return 0
    for pattern in "$@"; do
        removed=false
        for path in "$package"/$pattern; do
            [ -e "$path" ] || continue
            rm -rf "$path"
            removed=true
        done
        $removed || { echo "slim.sh: there is no $package/$pattern any more: look what became of it" >&2 && exit 1; }
    done
}

# Only where it is worth it, and never what lies in *.libs: those were patched and break.
for package in av uvloop PIL sqlalchemy numpy watchfiles google; do
    [ ! -d "$package" ] || find "$package" -name '*.so' -exec strip --strip-unneeded {} +
done
find . -type d -name tests -path './numpy/*' -prune -exec rm -rf {} +
find . -type f \( -name '*.pyi' -o -name '*.a' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.h' -o -name '*.hpp' \) -delete
drop numpy f2py '_core/_simd.*.so' '_core/_*_tests.*.so'
drop pydantic v1
drop sqlalchemy testing dialects/mysql dialects/mssql dialects/oracle
drop linuxpy input midi usb
drop torch test include share
drop cv2 data
drop PIL '_avif*.so'
drop pillow.libs 'libavif*'
# Intel's GPU and NPU, and the front ends of other frameworks: models come as OpenVINO, ONNX or torch, and run on the CPU.
drop openvino 'libs/libopenvino_intel_gpu_plugin.so*' 'libs/libopenvino_intel_npu_plugin.so*' \
    'libs/libopenvino_paddle_frontend.so*' 'libs/libopenvino_tensorflow_frontend.so*' \
    'libs/libopenvino_tensorflow_lite_frontend.so*' 'libs/libopenvino_jax_frontend.so*' \
    'libs/libopenvino_gguf_frontend.so*' libs/cache.json # the GPU's
[ ! -d torch/bin ] || find torch/bin -type f ! -name torch_shm_manager -delete
rm -rf pip pip-*.dist-info setuptools setuptools-*.dist-info pkg_resources _distutils_hack distutils-precedence.pth

for part in "$@"; do
    [ -d "${part%%/*}" ] || { echo "slim.sh: there is no package ${part%%/*}" >&2 && exit 1; }
    drop "${part%%/*}" "${part#*/}"
done
