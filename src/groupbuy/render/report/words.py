"""What the report says around the results, in English and Chinese."""

from __future__ import annotations

from groupbuy.texts import Text

_WORDS: dict[str, Text] = {
    key: Text.of(en=en, zh=zh)
    for key, en, zh in (
        ("report", "Leads as of {day}", "客户报告 · {day}"),
        ("ranking", "Whom to call first", "先联系谁"),
        ("search", "Search a name or an id", "搜索名称或编号"),
        ("all", "all", "全部"),
        ("shown_of", "{n} of {all} shown", "显示 {n} / {all}"),
        ("pictures", "How the customers stand", "客户分布"),
        ("undecided", "{n} more could stand in several squares", "另有 {n} 个还不能确定位置"),
        ("cell", "{word}: {n}", "{word}：{n} 个"),
        ("of_leads", "{share} of leads", "占客户 {share}"),
        ("of_value", "{share} of value", "占金额 {share}"),
        ("curve", "How concentrated: {title}", "集中程度：{title}"),
        ("curve_says", "The first fifth ({fifth} of {all}) hold {share}; 80% is held by {few}.",
         "前 20%（{all} 个中的 {fifth} 个）占 {share}；{few} 个占到 80%。"),
        ("curve_axis_x", "customers, the largest first", "客户（从大到小）"),
        ("due_plays", "What is due, by person", "各人待办"),
        ("nobody_named", "nobody named", "未指定"),
        ("due_day", "Due", "期限"),
        ("reasons", "Verdicts and reasons", "结论与原因"),
        ("reason", "Because of", "原因"),
        ("open_gates", "What could still hold somebody: {n} conditions are open",
         "还可能卡住客户的：{n} 个条件待定"),
        ("owner", "Salesperson", "负责人"),
        ("who", "Who", "谁做"),
        ("picture", "Picture", "图"),
        ("square", "Where", "位置"),
        ("count", "Leads", "客户数"),
        ("value", "Amount", "金额"),
        ("value_share", "Share of the amount", "占金额"),
        ("quarter", "Quarter", "季度"),
        ("rule", "Rule", "规则"),
        ("says", "What it says", "内容"),
        ("path", "Path", "路径"),
        ("place", "Place", "出处"),
        ("silent_rules", "Rules that never fired", "没有命中的规则"),
        ("no_owner", "no salesperson named", "未写负责人"),
        ("holders", "Who holds most of it (80/20)", "二八重点名单"),
        ("holders_say", "{title}: {n} of {all} customers hold {share} ({value})",
         "{title}：{all} 家中的 {n} 家占 {share}（{value}）"),
        ("share", "Share", "占比"),
        ("together", "Together", "累计"),
        ("flow", "Lost against won", "流失与新增"),
        ("by_quarter", "By quarter", "按季度"),
        ("more_leads", "+{n}", "等 {n} 个"),
        ("what", "What", "做什么"),
        ("lead", "Lead", "客户"),
        ("more", "… and {n} more", "…… 另有 {n} 项"),
        ("questions", "Questions worth asking", "值得问的问题"),
        ("question", "Question", "问题"),
        ("asked_of", "Leads", "客户数"),
        ("silent", "Rules that fired for nobody ({n} of {all})",
         "没有命中任何客户的规则（{n} / {all}）"),
        ("silent_why", "They may be right: nobody is like that today. Or nobody noticed a slip.",
         "可能今天确实没有这样的客户，也可能是规则写错了。"),
        ("problems", "Not evaluated, or incomplete", "未评估或不完整"),
        ("explained", "The first {n} leads stand here in full; others: groupbuy explain FILE ID",
         "前 {n} 个客户有完整说明；其余请用：groupbuy explain 文件 编号"),
        ("made", "groupbuy {version} · rules {hash} · {plugins}",
         "groupbuy {version} · 规则 {hash} · {plugins}"),
        ("no_plugins", "no plugins", "未用插件"),
    )
}  # fmt: skip


def told(key: str, lang: str, **values: object) -> str:
    """One of the report's texts."""
    text = _WORDS[key].get(lang)
    return text.format(**values) if values else text
