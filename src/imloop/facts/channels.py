"""The recorded channels of a test (contract §2): what each reading is, in words, with its unit."""

from __future__ import annotations

from imloop.facts.text import Text

_PPM = "10⁻⁶"
CHANNELS: dict[str, tuple[Text, str]] = {
    "co_pct": (Text("一氧化碳 CO", "CO"), "%"),
    "hc_ppm": (Text("碳氢 HC", "HC"), _PPM),
    "no_ppm": (Text("一氧化氮 NO", "NO"), _PPM),
    "nox_ppm": (Text("氮氧化物 NOx", "NOx"), _PPM),
    "co2_pct": (Text("二氧化碳 CO₂", "CO₂"), "%"),
    "o2_pct": (Text("氧气 O₂", "O₂"), "%"),
    "lambda": (Text("过量空气系数 λ", "lambda"), ""),
    "k_per_m": (Text("光吸收系数 k", "smoke k"), "m⁻¹"),
    "opacity_pct": (Text("不透光度 N", "opacity N"), "%"),
    "ringelmann_grade": (Text("林格曼黑度", "Ringelmann grade"), "级"),
    "speed_kmh": (Text("车速", "vehicle speed"), "km/h"),
    "power_kw": (Text("吸收功率", "absorbed power"), "kW"),
    "power_factor": (Text("功率修正系数", "power correction factor"), ""),
    "rpm": (Text("发动机转速", "engine speed"), "r/min"),
    "clock_s": (Text("检测线时钟", "the line's clock"), "s"),
    "oil_c": (Text("机油温度", "oil temperature"), "°C"),
    "o2_dilute_pct": (Text("稀释氧", "dilute O₂"), "%"),
    "o2_ambient_pct": (Text("环境氧", "ambient O₂"), "%"),
    "flow_std_ls": (Text("标准流量", "standard flow"), "L/s"),
    "ambient_temperature_c": (Text("环境温度", "ambient temperature"), "°C"),
    "ambient_humidity_pct": (Text("相对湿度", "relative humidity"), "%"),
    "ambient_pressure_kpa": (Text("大气压", "air pressure"), "kPa"),
    "obd_rpm": (Text("OBD 转速", "OBD engine speed"), "r/min"),
    "obd_speed_kmh": (Text("OBD 车速", "OBD speed"), "km/h"),
    "obd_coolant_c": (Text("OBD 冷却液温度", "OBD coolant temperature"), "°C"),
}
"""Column of a trace → its words and unit."""
