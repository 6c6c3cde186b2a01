from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Encoding(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ENCODING_UNSPECIFIED: _ClassVar[Encoding]
    ENCODING_JPEG: _ClassVar[Encoding]
    ENCODING_BGR24: _ClassVar[Encoding]

class CameraState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CAMERA_STATE_UNSPECIFIED: _ClassVar[CameraState]
    CAMERA_STATE_CONNECTING: _ClassVar[CameraState]
    CAMERA_STATE_LIVE: _ClassVar[CameraState]
    CAMERA_STATE_STALLED: _ClassVar[CameraState]
    CAMERA_STATE_OFFLINE: _ClassVar[CameraState]
    CAMERA_STATE_ENDED: _ClassVar[CameraState]

class Overlay(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OVERLAY_EXACT: _ClassVar[Overlay]
    OVERLAY_LIVE: _ClassVar[Overlay]

class Anchor(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ANCHOR_CENTRE: _ClassVar[Anchor]
    ANCHOR_FEET: _ClassVar[Anchor]

class Direction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DIRECTION_UNSPECIFIED: _ClassVar[Direction]
    DIRECTION_IN: _ClassVar[Direction]
    DIRECTION_OUT: _ClassVar[Direction]

class DetectorState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DETECTOR_STATE_UNSPECIFIED: _ClassVar[DetectorState]
    DETECTOR_STATE_LOADING: _ClassVar[DetectorState]
    DETECTOR_STATE_READY: _ClassVar[DetectorState]
    DETECTOR_STATE_FAILED: _ClassVar[DetectorState]

class StoreState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STORE_STATE_UNSPECIFIED: _ClassVar[StoreState]
    STORE_STATE_READY: _ClassVar[StoreState]
    STORE_STATE_UNREACHABLE: _ClassVar[StoreState]
    STORE_STATE_FULL: _ClassVar[StoreState]
ENCODING_UNSPECIFIED: Encoding
ENCODING_JPEG: Encoding
ENCODING_BGR24: Encoding
CAMERA_STATE_UNSPECIFIED: CameraState
CAMERA_STATE_CONNECTING: CameraState
CAMERA_STATE_LIVE: CameraState
CAMERA_STATE_STALLED: CameraState
CAMERA_STATE_OFFLINE: CameraState
CAMERA_STATE_ENDED: CameraState
OVERLAY_EXACT: Overlay
OVERLAY_LIVE: Overlay
ANCHOR_CENTRE: Anchor
ANCHOR_FEET: Anchor
DIRECTION_UNSPECIFIED: Direction
DIRECTION_IN: Direction
DIRECTION_OUT: Direction
DETECTOR_STATE_UNSPECIFIED: DetectorState
DETECTOR_STATE_LOADING: DetectorState
DETECTOR_STATE_READY: DetectorState
DETECTOR_STATE_FAILED: DetectorState
STORE_STATE_UNSPECIFIED: StoreState
STORE_STATE_READY: StoreState
STORE_STATE_UNREACHABLE: StoreState
STORE_STATE_FULL: StoreState

class Header(_message.Message):
    __slots__ = ("frame", "directory")
    FRAME_FIELD_NUMBER: _ClassVar[int]
    DIRECTORY_FIELD_NUMBER: _ClassVar[int]
    frame: Frame
    directory: Directory
    def __init__(self, frame: _Optional[_Union[Frame, _Mapping]] = ..., directory: _Optional[_Union[Directory, _Mapping]] = ...) -> None: ...

class Frame(_message.Message):
    __slots__ = ("camera", "sequence", "capture_time_ns", "boot_id", "encoding", "width", "height", "state", "annotation")
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    CAPTURE_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    BOOT_ID_FIELD_NUMBER: _ClassVar[int]
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ANNOTATION_FIELD_NUMBER: _ClassVar[int]
    camera: str
    sequence: int
    capture_time_ns: int
    boot_id: int
    encoding: Encoding
    width: int
    height: int
    state: CameraState
    annotation: Annotation
    def __init__(self, camera: _Optional[str] = ..., sequence: _Optional[int] = ..., capture_time_ns: _Optional[int] = ..., boot_id: _Optional[int] = ..., encoding: _Optional[_Union[Encoding, str]] = ..., width: _Optional[int] = ..., height: _Optional[int] = ..., state: _Optional[_Union[CameraState, str]] = ..., annotation: _Optional[_Union[Annotation, _Mapping]] = ...) -> None: ...

class Annotation(_message.Message):
    __slots__ = ("received_ns", "detected_ns", "annotated_ns", "published_ns", "tracks", "lines", "zones")
    RECEIVED_NS_FIELD_NUMBER: _ClassVar[int]
    DETECTED_NS_FIELD_NUMBER: _ClassVar[int]
    ANNOTATED_NS_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_NS_FIELD_NUMBER: _ClassVar[int]
    TRACKS_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    ZONES_FIELD_NUMBER: _ClassVar[int]
    received_ns: int
    detected_ns: int
    annotated_ns: int
    published_ns: int
    tracks: _containers.RepeatedCompositeFieldContainer[Track]
    lines: _containers.RepeatedCompositeFieldContainer[LineTotal]
    zones: _containers.RepeatedCompositeFieldContainer[ZoneOccupancy]
    def __init__(self, received_ns: _Optional[int] = ..., detected_ns: _Optional[int] = ..., annotated_ns: _Optional[int] = ..., published_ns: _Optional[int] = ..., tracks: _Optional[_Iterable[_Union[Track, _Mapping]]] = ..., lines: _Optional[_Iterable[_Union[LineTotal, _Mapping]]] = ..., zones: _Optional[_Iterable[_Union[ZoneOccupancy, _Mapping]]] = ...) -> None: ...

class Track(_message.Message):
    __slots__ = ("id", "label", "confidence", "left", "top", "width", "height")
    ID_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    LEFT_FIELD_NUMBER: _ClassVar[int]
    TOP_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    id: int
    label: str
    confidence: float
    left: float
    top: float
    width: float
    height: float
    def __init__(self, id: _Optional[int] = ..., label: _Optional[str] = ..., confidence: _Optional[float] = ..., left: _Optional[float] = ..., top: _Optional[float] = ..., width: _Optional[float] = ..., height: _Optional[float] = ...) -> None: ...

class LineTotal(_message.Message):
    __slots__ = ("name", "count_in", "count_out")
    NAME_FIELD_NUMBER: _ClassVar[int]
    COUNT_IN_FIELD_NUMBER: _ClassVar[int]
    COUNT_OUT_FIELD_NUMBER: _ClassVar[int]
    name: str
    count_in: int
    count_out: int
    def __init__(self, name: _Optional[str] = ..., count_in: _Optional[int] = ..., count_out: _Optional[int] = ...) -> None: ...

class ZoneOccupancy(_message.Message):
    __slots__ = ("name", "occupancy", "entries", "exits", "dwell_median_s", "dwell_p95_s")
    NAME_FIELD_NUMBER: _ClassVar[int]
    OCCUPANCY_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    EXITS_FIELD_NUMBER: _ClassVar[int]
    DWELL_MEDIAN_S_FIELD_NUMBER: _ClassVar[int]
    DWELL_P95_S_FIELD_NUMBER: _ClassVar[int]
    name: str
    occupancy: int
    entries: int
    exits: int
    dwell_median_s: float
    dwell_p95_s: float
    def __init__(self, name: _Optional[str] = ..., occupancy: _Optional[int] = ..., entries: _Optional[int] = ..., exits: _Optional[int] = ..., dwell_median_s: _Optional[float] = ..., dwell_p95_s: _Optional[float] = ...) -> None: ...

class Directory(_message.Message):
    __slots__ = ("boot_id", "published_ns", "cameras", "detector", "store")
    BOOT_ID_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_NS_FIELD_NUMBER: _ClassVar[int]
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    DETECTOR_FIELD_NUMBER: _ClassVar[int]
    STORE_FIELD_NUMBER: _ClassVar[int]
    boot_id: int
    published_ns: int
    cameras: _containers.RepeatedCompositeFieldContainer[Camera]
    detector: Detector
    store: Store
    def __init__(self, boot_id: _Optional[int] = ..., published_ns: _Optional[int] = ..., cameras: _Optional[_Iterable[_Union[Camera, _Mapping]]] = ..., detector: _Optional[_Union[Detector, _Mapping]] = ..., store: _Optional[_Union[Store, _Mapping]] = ...) -> None: ...

class Camera(_message.Message):
    __slots__ = ("id", "state", "cause", "since_ns", "source", "stats", "settings", "endpoint", "analysis")
    ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    SINCE_NS_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    STATS_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    ENDPOINT_FIELD_NUMBER: _ClassVar[int]
    ANALYSIS_FIELD_NUMBER: _ClassVar[int]
    id: str
    state: CameraState
    cause: str
    since_ns: int
    source: str
    stats: SourceStats
    settings: Settings
    endpoint: str
    analysis: Analysis
    def __init__(self, id: _Optional[str] = ..., state: _Optional[_Union[CameraState, str]] = ..., cause: _Optional[str] = ..., since_ns: _Optional[int] = ..., source: _Optional[str] = ..., stats: _Optional[_Union[SourceStats, _Mapping]] = ..., settings: _Optional[_Union[Settings, _Mapping]] = ..., endpoint: _Optional[str] = ..., analysis: _Optional[_Union[Analysis, _Mapping]] = ...) -> None: ...

class SourceStats(_message.Message):
    __slots__ = ("width", "height", "fps", "nominal_fps", "pixel_format", "frames", "dropped", "skipped", "reconnects", "bytes")
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    FPS_FIELD_NUMBER: _ClassVar[int]
    NOMINAL_FPS_FIELD_NUMBER: _ClassVar[int]
    PIXEL_FORMAT_FIELD_NUMBER: _ClassVar[int]
    FRAMES_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    SKIPPED_FIELD_NUMBER: _ClassVar[int]
    RECONNECTS_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    width: int
    height: int
    fps: float
    nominal_fps: float
    pixel_format: str
    frames: int
    dropped: int
    skipped: int
    reconnects: int
    bytes: int
    def __init__(self, width: _Optional[int] = ..., height: _Optional[int] = ..., fps: _Optional[float] = ..., nominal_fps: _Optional[float] = ..., pixel_format: _Optional[str] = ..., frames: _Optional[int] = ..., dropped: _Optional[int] = ..., skipped: _Optional[int] = ..., reconnects: _Optional[int] = ..., bytes: _Optional[int] = ...) -> None: ...

class Settings(_message.Message):
    __slots__ = ("overlay", "lines", "zones")
    OVERLAY_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    ZONES_FIELD_NUMBER: _ClassVar[int]
    overlay: Overlay
    lines: _containers.RepeatedCompositeFieldContainer[Line]
    zones: _containers.RepeatedCompositeFieldContainer[Zone]
    def __init__(self, overlay: _Optional[_Union[Overlay, str]] = ..., lines: _Optional[_Iterable[_Union[Line, _Mapping]]] = ..., zones: _Optional[_Iterable[_Union[Zone, _Mapping]]] = ...) -> None: ...

class Point(_message.Message):
    __slots__ = ("x", "y")
    X_FIELD_NUMBER: _ClassVar[int]
    Y_FIELD_NUMBER: _ClassVar[int]
    x: float
    y: float
    def __init__(self, x: _Optional[float] = ..., y: _Optional[float] = ...) -> None: ...

class Line(_message.Message):
    __slots__ = ("name", "start", "end", "anchor", "title")
    NAME_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    ANCHOR_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    name: str
    start: Point
    end: Point
    anchor: Anchor
    title: str
    def __init__(self, name: _Optional[str] = ..., start: _Optional[_Union[Point, _Mapping]] = ..., end: _Optional[_Union[Point, _Mapping]] = ..., anchor: _Optional[_Union[Anchor, str]] = ..., title: _Optional[str] = ...) -> None: ...

class Zone(_message.Message):
    __slots__ = ("name", "polygon", "anchor", "title")
    NAME_FIELD_NUMBER: _ClassVar[int]
    POLYGON_FIELD_NUMBER: _ClassVar[int]
    ANCHOR_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    name: str
    polygon: _containers.RepeatedCompositeFieldContainer[Point]
    anchor: Anchor
    title: str
    def __init__(self, name: _Optional[str] = ..., polygon: _Optional[_Iterable[_Union[Point, _Mapping]]] = ..., anchor: _Optional[_Union[Anchor, str]] = ..., title: _Optional[str] = ...) -> None: ...

class Analysis(_message.Message):
    __slots__ = ("raw_endpoint", "detect_fps", "latency_ms", "skipped", "lines", "zones", "crossings")
    RAW_ENDPOINT_FIELD_NUMBER: _ClassVar[int]
    DETECT_FPS_FIELD_NUMBER: _ClassVar[int]
    LATENCY_MS_FIELD_NUMBER: _ClassVar[int]
    SKIPPED_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    ZONES_FIELD_NUMBER: _ClassVar[int]
    CROSSINGS_FIELD_NUMBER: _ClassVar[int]
    raw_endpoint: str
    detect_fps: float
    latency_ms: float
    skipped: int
    lines: _containers.RepeatedCompositeFieldContainer[LineTotal]
    zones: _containers.RepeatedCompositeFieldContainer[ZoneOccupancy]
    crossings: _containers.RepeatedCompositeFieldContainer[Crossing]
    def __init__(self, raw_endpoint: _Optional[str] = ..., detect_fps: _Optional[float] = ..., latency_ms: _Optional[float] = ..., skipped: _Optional[int] = ..., lines: _Optional[_Iterable[_Union[LineTotal, _Mapping]]] = ..., zones: _Optional[_Iterable[_Union[ZoneOccupancy, _Mapping]]] = ..., crossings: _Optional[_Iterable[_Union[Crossing, _Mapping]]] = ...) -> None: ...

class Crossing(_message.Message):
    __slots__ = ("id", "time_ns", "camera", "line", "direction", "track", "label", "confidence", "x", "y", "corrects", "late")
    ID_FIELD_NUMBER: _ClassVar[int]
    TIME_NS_FIELD_NUMBER: _ClassVar[int]
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    TRACK_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    X_FIELD_NUMBER: _ClassVar[int]
    Y_FIELD_NUMBER: _ClassVar[int]
    CORRECTS_FIELD_NUMBER: _ClassVar[int]
    LATE_FIELD_NUMBER: _ClassVar[int]
    id: str
    time_ns: int
    camera: str
    line: str
    direction: Direction
    track: int
    label: str
    confidence: float
    x: float
    y: float
    corrects: str
    late: bool
    def __init__(self, id: _Optional[str] = ..., time_ns: _Optional[int] = ..., camera: _Optional[str] = ..., line: _Optional[str] = ..., direction: _Optional[_Union[Direction, str]] = ..., track: _Optional[int] = ..., label: _Optional[str] = ..., confidence: _Optional[float] = ..., x: _Optional[float] = ..., y: _Optional[float] = ..., corrects: _Optional[str] = ..., late: _Optional[bool] = ...) -> None: ...

class Detector(_message.Message):
    __slots__ = ("state", "cause", "model", "input_width", "input_height", "notice")
    STATE_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    INPUT_WIDTH_FIELD_NUMBER: _ClassVar[int]
    INPUT_HEIGHT_FIELD_NUMBER: _ClassVar[int]
    NOTICE_FIELD_NUMBER: _ClassVar[int]
    state: DetectorState
    cause: str
    model: str
    input_width: int
    input_height: int
    notice: str
    def __init__(self, state: _Optional[_Union[DetectorState, str]] = ..., cause: _Optional[str] = ..., model: _Optional[str] = ..., input_width: _Optional[int] = ..., input_height: _Optional[int] = ..., notice: _Optional[str] = ...) -> None: ...

class Store(_message.Message):
    __slots__ = ("state", "cause", "spooled", "lost")
    STATE_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    SPOOLED_FIELD_NUMBER: _ClassVar[int]
    LOST_FIELD_NUMBER: _ClassVar[int]
    state: StoreState
    cause: str
    spooled: int
    lost: int
    def __init__(self, state: _Optional[_Union[StoreState, str]] = ..., cause: _Optional[str] = ..., spooled: _Optional[int] = ..., lost: _Optional[int] = ...) -> None: ...
