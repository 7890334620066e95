"""The currencies in which an amount can be told: the codes of ISO 4217, with those given up since 2020.

What one of them is worth stands in a pack; that there is no such currency can be told before any pack is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tousu.decision import Refusal

CURRENCIES: Final = frozenset(
    """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
    CLP CNY COP CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL
    HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD
    MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR
    RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD
    TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XDR XOF XPF YER ZAR ZMW ZWG ZWL
    """.split()  # noqa: SIM905  # a list of 180 codes reads better so
)
"""XDR is among them: the conventions on post and carriage count in it."""
PLACES: Final = (("currency",), ("facts", "currency"), ("claim", "currency"))
"""Where an inbound event names a currency."""


def unknown_currency(data: Mapping[str, Any]) -> Refusal | None:
    """Why the data of an event cannot stand: they name a currency that there is not. None where they can."""
    for place in PLACES:
        if place[0] not in data:  # which most events are done with: this is asked of every one
            continue
        named: Any = data
        for step in place:
            named = named.get(step) if isinstance(named, Mapping) else None
        if named is not None and named not in CURRENCIES:
            field = ".".join(place)
            message = f"{field} is no code of ISO 4217; use one such as CNY, HKD or USD, in capital letters"
            return Refusal(reason="unknown_currency", message=message, place="/" + "/".join(place))
    return None
