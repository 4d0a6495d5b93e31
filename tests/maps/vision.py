"""How colours look: CAM02-UCS distances, and what people with two kinds of cones see of them.

Written for the tests of the palette from the published formulas: CIECAM02 (CIE 159:2004) with the uniform
space of Luo, Cui and Li (2006); colour vision deficiency by Machado, Oliveira and
Fernandes (2009), severity 1.
"""

from __future__ import annotations

import numpy as np

SIGHT = {
    "normal": np.eye(3),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
}
"""Matrices on linear sRGB by kind of sight."""

_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_CAT02 = np.array([[0.7328, 0.4296, -0.1624], [-0.7036, 1.6975, 0.0061], [0.0030, 0.0136, 0.9834]])
_HPE = np.array([[0.38971, 0.68898, -0.07868], [-0.22981, 1.18340, 0.04641], [0.0, 0.0, 1.0]])
_WHITE = np.array([95.047, 100.0, 108.883])
# sRGB viewing: dim light of 64 lux on a grey of 20 %, average surround.
_LA, _YB, _F, _C, _NC = 64 / np.pi / 5, 20.0, 1.0, 0.69, 1.0


def linear(colour: str) -> np.ndarray:
    """Linear sRGB (3,) of `#RRGGBB`."""
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def seen(colour: str, sight: str) -> np.ndarray:
    """Linear sRGB (3,) of a colour as that kind of sight has it, clipped to what a screen can show."""
    return np.clip(SIGHT[sight] @ linear(colour), 0, 1)


def ucs(rgb: np.ndarray) -> np.ndarray:
    """CAM02-UCS coordinates J', a', b' (3,) of linear sRGB."""
    k = 1 / (5 * _LA + 1)
    fl = 0.2 * k**4 * 5 * _LA + 0.1 * (1 - k**4) ** 2 * (5 * _LA) ** (1 / 3)
    n = _YB / _WHITE[1]
    nbb = 0.725 * (1 / n) ** 0.2
    z = 1.48 + np.sqrt(n)
    degree = _F * (1 - (1 / 3.6) * np.exp((-_LA - 42) / 92))
    adapt = degree * _WHITE[1] / (_CAT02 @ _WHITE) + 1 - degree

    def response(xyz: np.ndarray) -> np.ndarray:
        cones = _HPE @ np.linalg.solve(_CAT02, adapt * (_CAT02 @ xyz))
        power = (fl * np.abs(cones) / 100) ** 0.42
        return np.sign(cones) * 400 * power / (27.13 + power) + 0.1

    def achromatic(r: np.ndarray) -> float:
        return float((2 * r[0] + r[1] + r[2] / 20 - 0.305) * nbb)

    r = response(_TO_XYZ @ rgb * 100)
    a = r[0] - 12 * r[1] / 11 + r[2] / 11
    b = (r[0] + r[1] - 2 * r[2]) / 9
    hue = np.arctan2(b, a)
    eccentricity = 0.25 * (np.cos(hue + 2) + 3.8)
    lightness = 100 * (achromatic(r) / achromatic(response(_WHITE))) ** (_C * z)
    t = 50_000 / 13 * _NC * nbb * eccentricity * np.hypot(a, b) / (r[0] + r[1] + 21 * r[2] / 20)
    chroma = t**0.9 * np.sqrt(lightness / 100) * (1.64 - 0.29**n) ** 0.73
    colourfulness = np.log(1 + 0.0228 * chroma * fl**0.25) / 0.0228
    return np.array(
        [
            1.7 * lightness / (1 + 0.007 * lightness),
            colourfulness * np.cos(hue),
            colourfulness * np.sin(hue),
        ]
    )


def distance(one: str, other: str, sight: str = "normal") -> float:
    """CAM02-UCS distance of two colours for a kind of sight; about 1 is just noticeable side by side."""
    return float(np.linalg.norm(ucs(seen(one, sight)) - ucs(seen(other, sight))))
