#!/bin/sh
# Takes out of the virtual environment $1 what no service ever opens: debugging symbols, tests, headers, stubs, and
# devices and formats of OpenVINO that nothing here uses. Half of some packages.
set -eu
packages=$(echo "$1"/lib/python3.*/site-packages)
cd "$packages"

# Only where it is worth it, and never what lies in *.libs: those were patched and break.
for package in av uvloop PIL sqlalchemy; do
    [ ! -d "$package" ] || find "$package" -name '*.so' -exec strip --strip-unneeded {} +
done
find . -type d -name tests -path './numpy/*' -prune -exec rm -rf {} +
find . -type f \( -name '*.pyi' -o -name '*.a' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.h' -o -name '*.hpp' \) -delete
rm -rf numpy/f2py numpy/distutils \
    sqlalchemy/testing sqlalchemy/dialects/mysql sqlalchemy/dialects/mssql sqlalchemy/dialects/oracle \
    linuxpy/input linuxpy/led linuxpy/midi linuxpy/usb linuxpy/thermal \
    torch/test torch/include torch/share \
    cv2/data PIL/_avif*.so pillow.libs/libavif* pip pip-*.dist-info setuptools setuptools-*.dist-info pkg_resources
[ ! -d torch/bin ] || find torch/bin -type f ! -name torch_shm_manager -delete
# Intel's GPU and NPU, and the front ends of other frameworks: models come as OpenVINO, ONNX or torch, and run on the CPU.
for part in intel_gpu_plugin intel_npu_plugin paddle_frontend tensorflow_frontend tensorflow_lite_frontend \
    jax_frontend gguf_frontend; do
    rm -f openvino/libs/libopenvino_"$part".so*
done
rm -f openvino/libs/cache.json # the GPU's
