"""What the facts of a claim ask, in the two languages of the readers (schemas/shared/claim.json, facts)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tousu.policy.clock_rule import Names

FACTS: Final[Mapping[str, Names]] = {
    "insured": Names(en="whether the piece was insured", zh="是否保价"),
    "bulk": Names(en="whether it went as bulk or a whole bag", zh="是否批量或整包"),
    "agency_period": Names(en="whether the outlet is in its agency period", zh="是否代理期"),
    "customer_packed": Names(en="whether the customer packed the goods", zh="是否客户自行包装"),
    "packing_sound": Names(en="whether the packaging was sound on delivery", zh="外包装是否完好"),
    "reported_after_signing": Names(en="whether it was reported after signing", zh="是否签收后报损"),
    "customers_fault": Names(en="whether it was the customer's own fault", zh="是否客户自身过错"),
    "nature_of_goods": Names(en="whether the nature of the goods caused it", zh="是否物品自然属性"),
    "force_majeure": Names(en="whether force majeure caused it", zh="是否不可抗力"),
    "gross_negligence": Names(en="whether there was intent or gross negligence", zh="是否故意或重大过失"),
    "direct_loss": Names(en="whether the delay took the contents' value", zh="延误是否造成直接价值丧失"),
    "mis_sorted": Names(en="whether it was sorted by a wrong routing mark", zh="是否错分"),
    "ecommerce_goods": Names(en="whether the goods were bought online", zh="是否电商物品"),
    "arbitration_agreed": Names(en="whether arbitration was agreed at posting", zh="交寄时是否约定仲裁"),
    "value_declared": Names(en="whether a value was declared", zh="是否声明价值"),
    "goods_kind": Names(en="what kind of goods: practical or other", zh="物品种类"),
    "proof": Names(en="what proves the price: invoice, screenshot or nothing", zh="价值凭证"),
    "service": Names(en="how it was posted", zh="业务种类"),
    "route": Names(en="which way it went", zh="寄递区域"),
    "damage_degree": Names(en="how badly it is damaged", zh="破损程度"),
    "damage_cause": Names(en="what caused the damage", zh="破损原因"),
    "region": Names(en="which region's law counts", zh="适用地区"),
    "cause": Names(en="what in fact happened", zh="实际原因"),
    "insured_amount": Names(en="the insured amount", zh="保价金额"),
    "real_value": Names(en="the real value of the contents", zh="实际价值"),
    "real_loss": Names(en="the real loss", zh="实际损失"),
    "declared_value": Names(en="the declared value", zh="声明价值"),
    "service_fee": Names(en="the service fee", zh="服务费"),
    "extras_fee": Names(en="fees for insurance and other extras", zh="附加服务费"),
    "weight_kg": Names(en="the weight in kg", zh="重量"),
    "share_lost": Names(en="the share of the value that is lost, 0 to 1", zh="价值损失比例"),
    "pieces": Names(en="how many pieces", zh="件数"),
    "days_late": Names(en="how many days late", zh="延误天数"),
}


def fact_words(name: str) -> str:
    """`insured: whether the piece was insured 是否保价`; the name alone where nothing more is known of it."""
    known = FACTS.get(name)
    plain = name.replace("_", " ")
    if name.startswith("rate_"):
        return f"{plain}: the pack has no rate of this currency for the day"
    return plain if known is None else f"{plain}: {known.en} {known.zh}"
