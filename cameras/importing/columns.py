"""What a table may tell of a camera, and by which headers we know it."""

from django.utils.translation import gettext_lazy as _

from cameras.importing import values
from cameras.importing.headings import Column, Headings

COLUMNS: tuple[Column, ...] = (
    Column("code", _("code"), ("รหัสกล้อง", "รหัส", "camera code", "camera id", "code", "id"), values.code),
    Column(
        "name", _("name of the place"), ("ชื่อที่ตั้ง", "ชื่อกล้อง", "ชื่อ", "name", "camera name"), values.text(120)
    ),
    Column(
        "asset_no",
        _("asset number"),
        ("เลขครุภัณฑ์", "ครุภัณฑ์", "asset no", "asset number", "asset"),
        values.text(60),
    ),
    Column("owner", _("owner"), ("เจ้าของ", "หน่วยงาน", "หน่วยงานเจ้าของ", "owner", "agency"), values.text(80)),
    Column("site", _("site"), ("จุดติดตั้ง", "สถานที่ติดตั้ง", "สถานที่", "ที่ตั้ง", "site", "location"), values.text(120)),
    Column("pole_no", _("pole"), ("เสา", "เลขเสา", "หมายเลขเสา", "pole", "pole no"), values.text(40)),
    Column(
        "position",
        _("position"),
        ("พิกัด", "ตำแหน่ง", "lat lon", "latlong", "coordinates", "position"),
        values.position,
    ),
    Column("lat", _("latitude"), ("ละติจูด", "ละติจุด", "lat", "latitude", "y"), values.number),
    Column(
        "lon",
        _("longitude"),
        ("ลองจิจูด", "ลองติจูด", "ลองจิจุด", "lon", "lng", "long", "longitude", "x"),
        values.number,
    ),
    Column(
        "azimuth_deg",
        _("direction"),
        ("ทิศ", "ทิศทาง", "ทิศที่หัน", "มุมทิศ", "azimuth", "bearing", "direction"),
        values.azimuth,
    ),
    Column(
        "fov_deg",
        _("field of view"),
        ("มุมกว้าง", "มุมมอง", "มุมรับภาพ", "fov", "field of view", "angle"),
        values.field_of_view,
    ),
    Column("range_m", _("range"), ("ระยะ", "ระยะเห็น", "ระยะเห็นคนชัด", "range", "distance"), values.range_m),
    Column("kind", _("kind"), ("ชนิด", "ประเภท", "ชนิดกล้อง", "ประเภทกล้อง", "type", "kind"), values.kind),
    Column("make", _("make"), ("ยี่ห้อ", "ผู้ผลิต", "make", "brand", "manufacturer"), values.text(60)),
    Column("model", _("model"), ("รุ่น", "model"), values.text(60)),
    Column(
        "switch",
        _("network switch"),
        ("สวิตช์", "ตู้", "เครือข่าย", "switch", "network", "cabinet"),
        values.text(40),
    ),
    Column("switch_port", _("switch port"), ("พอร์ตสวิตช์", "พอร์ต", "switch port"), values.text(20)),
    Column(
        "warranty_until",
        _("warranty until"),
        ("ประกันถึง", "วันหมดประกัน", "หมดประกัน", "สิ้นสุดประกัน", "warranty", "warranty end", "warranty until"),
        values.date,
    ),
    Column("legal_basis", _("legal basis"), ("ฐานกฎหมาย", "ฐานทางกฎหมาย", "legal basis"), values.text(160)),
    Column(
        "stream_url",
        _("camera address"),
        ("ที่อยู่กล้อง", "ที่อยู่สตรีม", "ลิงก์", "rtsp", "rtsp url", "url", "stream"),
        values.address,
    ),
    Column(
        "sub_path",
        _("sub stream"),
        ("ภาพรอง", "สตรีมรอง", "sub stream", "substream", "sub path"),
        values.sub_path,
    ),
    Column(
        "credential",
        _("credential profile"),
        ("ชุดรหัสผ่าน", "โปรไฟล์รหัส", "credential profile", "credential", "profile"),
        values.text(60),
    ),
    Column(
        "reads_plates", _("reads plates"), ("อ่านป้าย", "อ่านป้ายทะเบียน", "reads plates", "lpr"), values.yes_or_no
    ),
    Column("in_zone", _("in the safety zone"), ("ในเขตปลอดภัย", "ในเขต", "in zone", "zone"), values.yes_or_no),
    Column("status", _("status"), ("สถานะ", "status"), values.status),
    Column("notes", _("notes"), ("หมายเหตุ", "บันทึก", "notes", "remark", "remarks"), values.text(500)),
)
HEADINGS = Headings(COLUMNS)
BY_NAME = HEADINGS.by_name
