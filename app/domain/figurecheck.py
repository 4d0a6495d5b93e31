"""Figures as they are sent for a task, checked against its own targets; every fault says what to do."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from app.domain.targetfacts import TargetFacts, is_counted, own_targets
from app.domain.targets import exact
from app.errors import BadParameter, Fault

WHOLES = frozenset({"个", "户", "间", "处", "条", "所", "口", "段", "次", "场", "场次", "人次"})
"""Units of things that come in wholes."""

MOST_TIMES = 10
"""So many times the target is taken for a slip of the pen."""

_SHOWN = 40
_LONGEST = 30
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_YES = {True: 100, False: 0}


def check_figures(
    targets: Sequence[TargetFacts],
    figures: Any,
    towns: Collection[str],
    parameter: str = "figures",
) -> dict[str, dict[str, Any]]:
    """The figures of a task's own targets in one spelling: ``{"0": {"quantity": 120, "towns": {code: 70}}}``.

    A counted target takes a quantity or the towns' quantities that make it up, the others a percentage,
    where true and false are 100 and 0. Every own target is to be there, 0 where nothing is done. Numbers may
    be text as people type it (``1,200``, ``40%``). `towns` are the codes that there are.

    Raises BadParameter with every fault found.
    """
    own = {str(target.ord): target for target in targets if target.ord in own_targets(targets)}
    if not isinstance(figures, Mapping):
        raise BadParameter(
            Fault(
                parameter,
                _shown(figures),
                {"type": "object"},
                '数字应按目标序号填写，例如 {"0": {"quantity": 120}}。',
                'Figures are given by the targets\' numbers, such as {"0": {"quantity": 120}}.',
            )
        )
    checker = _Checker(own, towns, parameter)
    for key in figures:
        if str(key) not in own:
            shown = _shown(str(key))
            checker.fault(
                shown,
                shown,
                sorted(own),
                f"本任务没有直接填报的目标 {shown}；可填报的目标序号：{'、'.join(own) or '无'}。",
                f"This task reports no target {shown} itself; there are: {', '.join(own) or 'none'}.",
            )
    given = {str(key): value for key, value in figures.items()}
    found = {key: checker.figure(key, target, given.get(key)) for key, target in own.items()}
    if checker.faults:
        raise BadParameter(*checker.faults)
    return {key: figure for key, figure in found.items() if figure is not None}


def parse_number(value: Any) -> int | float | None:
    """A number from JSON, a cell or a form; None when it is none (also for true, nan and infinities)."""
    if isinstance(value, str):
        text = unicodedata.normalize("NFKC", value).strip()
        if len(text) > _LONGEST:
            return None
        text = text.replace(",", "") if _GROUPED.fullmatch(text) else text
        try:
            value = Decimal(text) if re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", text) else None
        except InvalidOperation:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    try:
        return _number(exact(value))
    except (ValueError, OverflowError):
        return None


def _number(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)


class _Checker:
    """Collects faults while figures are read."""

    def __init__(self, own: Mapping[str, TargetFacts], towns: Collection[str], parameter: str) -> None:
        self.own, self.towns, self.parameter = own, towns, parameter
        self.faults: list[Fault] = []

    def fault(self, key: str, value: Any, allowed: Any, zh: str, en: str) -> None:
        self.faults.append(Fault(f"{self.parameter}.{key}", value, allowed, zh, en))

    def figure(self, key: str, target: TargetFacts, given: Any) -> dict[str, Any] | None:
        """One target's figure, or None with a fault."""
        if is_counted(target):
            return self._counted(key, target, {"quantity": given} if _is_plain(given) else given)
        percent = self._percent(key, target, {"percent": given} if _is_plain(given) else given)
        return None if percent is None else {"percent": percent}

    def _counted(self, key: str, target: TargetFacts, given: Any) -> dict[str, Any] | None:
        members = self._members(key, target, given, ("quantity", "towns"))
        if members is None:
            return None
        towns = self._by_town(key, target, members.get("towns"))
        if towns is None:
            return None
        quantity = members.get("quantity")
        if _is_empty(quantity) and towns:
            number: int | float | None = _number(_sum(towns))
        else:
            number = self._quantity(key, target, quantity)
        if number is None:
            return None
        if towns and _sum(towns) != exact(number):
            total, (unit_zh, unit_en) = _number(_sum(towns)), _unit(target)
            self.fault(
                f"{key}.towns",
                total,
                number,
                f"“{target.title}”各镇合计 {total} {unit_zh}，与填报的 {number} {unit_zh}不符，请核对。",
                f"“{target.title_en}”: the towns add up to {total} {unit_en}, but {number} is reported; "
                "check them.",
            )
            return None
        return {"quantity": number} | ({"towns": towns} if towns else {})

    def _quantity(self, key: str, target: TargetFacts, value: Any) -> int | float | None:
        unit_zh, unit_en = _unit(target)
        most = exact(target.quantity or 0) * MOST_TIMES
        number = parse_number(value)
        about = (key, _shown(value), {"minimum": 0, "maximum": float(most), "unit": unit_zh})
        whole = (target.unit or "") in WHOLES
        if _is_empty(value):
            self.fault(
                *about,
                f"请填写“{target.title}”的累计完成数（{unit_zh}），没有进展请填 0。",
                f"Give the total so far for “{target.title_en}” ({unit_en}); 0 where nothing is done.",
            )
        elif number is None or number < 0 or (whole and not isinstance(number, int)):
            self.fault(
                *about,
                f"“{target.title}”应为不小于 0 的{'整数' if whole else '数'}（单位：{unit_zh}），"
                f"不能是“{_shown(value)}”。",
                f"“{target.title_en}” is a {'whole ' if whole else ''}number of {unit_en}, 0 or more, not "
                f"“{_shown(value)}”.",
            )
        elif exact(number) > most:
            self.fault(
                *about,
                f"“{target.title}”填报 {_shown(value)} {unit_zh}，"
                f"超过目标 {_plain(target.quantity)} {unit_zh}的 {MOST_TIMES} 倍，请核对是否多写了数位。",
                f"“{target.title_en}”: {_shown(value)} {unit_en} is over {MOST_TIMES} times the target of "
                f"{_plain(target.quantity)}; check for a digit too many.",
            )
        else:
            return number
        return None

    def _by_town(self, key: str, target: TargetFacts, given: Any) -> dict[str, Any] | None:
        """Quantities by town, in order; empty when there are none, None with a fault."""
        if given is None or given == {}:
            return {}
        if not isinstance(given, Mapping):
            self.fault(
                f"{key}.towns",
                _shown(given),
                {"type": "object"},
                f"“{target.title}”的分镇数字应按镇的代码填写。",
                f"“{target.title_en}”: quantities per town are given by the towns' codes.",
            )
            return None
        before, known = len(self.faults), sorted(self.towns)
        found = {}
        for code, value in sorted(given.items(), key=lambda pair: str(pair[0])):
            if str(code) not in self.towns:
                shown = _shown(str(code))
                self.fault(
                    f"{key}.towns",
                    shown,
                    known,
                    f"“{target.title}”：没有代码为 {shown} 的镇；本区各镇：{'、'.join(known)}。",
                    f"“{target.title_en}”: there is no town {shown}; there are: {', '.join(known)}.",
                )
            elif not _is_empty(value):
                number = self._quantity(f"{key}.towns.{code}", target, value)
                if number is not None:
                    found[str(code)] = number
        return found if len(self.faults) == before else None

    def _percent(self, key: str, target: TargetFacts, given: Any) -> int | float | None:
        members = self._members(key, target, given, ("percent",))
        if members is None:
            return None
        value = members.get("percent")
        text = value.rstrip().rstrip("%％") if isinstance(value, str) else value
        number = _YES[value] if isinstance(value, bool) else parse_number(text)
        if number is not None and 0 <= number <= 100:
            return number
        about = (key, _shown(value), {"minimum": 0, "maximum": 100, "unit": "%"})
        if _is_empty(value):
            self.fault(
                *about,
                f"请填写“{target.title}”的完成百分比，没有进展请填 0，已办成请填 100。",
                f"Give the percentage done of “{target.title_en}”: 0 where nothing is done, 100 when it is.",
            )
        else:
            self.fault(
                *about,
                f"“{target.title}”应为 0 到 100 之间的百分比，不能是“{_shown(value)}”。",
                f"“{target.title_en}” is a percentage from 0 to 100, not “{_shown(value)}”.",
            )
        return None

    def _members(
        self, key: str, target: TargetFacts, given: Any, allowed: tuple[str, ...]
    ) -> Mapping[str, Any] | None:
        """The figure's members when it has no others than those allowed."""
        wrong = sorted(map(str, set(given) - set(allowed))) if isinstance(given, Mapping) else [_shown(given)]
        if isinstance(given, Mapping) and not wrong:
            return given
        listed = (" / ".join(allowed), ", ".join(map(str, wrong))[:_SHOWN])
        self.fault(
            key,
            listed[1],
            list(allowed),
            f"“{target.title}”只能填写 {listed[0]}，不能有 {listed[1]}。",
            f"“{target.title_en}” takes {listed[0]} and nothing else, not {listed[1]}.",
        )
        return None


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _is_plain(given: Any) -> bool:
    """Whether a figure was sent as a bare value (or not at all)."""
    return given is None or isinstance(given, bool | int | float | Decimal | str)


def _sum(towns: Mapping[str, int | float]) -> Fraction:
    return sum((exact(number) for number in towns.values()), Fraction(0))


def _unit(target: TargetFacts) -> tuple[str, str]:
    return target.unit or "", target.unit_en or target.unit or ""


def _plain(number: float | None) -> str:
    return f"{number:.10g}" if number is not None else ""


def _shown(value: Any) -> Any:
    """What was sent, short enough to be told; whole structures by their kind."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float | Decimal | str):
        text = str(value) if not isinstance(value, int) or abs(value) < 10**_SHOWN else f"{10**_SHOWN}+"
        return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    return type(value).__name__
