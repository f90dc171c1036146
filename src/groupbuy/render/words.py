"""The words of the program itself, in the languages of its readers."""

from __future__ import annotations

from groupbuy.texts import Text

_WORDS = {
    key: Text.of(en=en, zh=zh)
    for key, en, zh in (
        # problems
        ("problem", "{n} problem", "{n} 个问题"),
        ("problems", "{n} problems", "{n} 个问题"),
        ("warning", "{n} warning", "{n} 个警告"),
        ("warnings", "{n} warnings", "{n} 个警告"),
        ("warning_mark", "warning", "警告"),
        ("note", "{n} note", "{n} 条提醒"),
        ("notes", "{n} notes", "{n} 条提醒"),
        ("note_mark", "note", "提醒"),
        ("for_example", "example: ", "例如："),
        ("unsettled_one", "{n} question was too large to settle", "{n} 处过于复杂，未能判定"),
        ("unsettled", "{n} questions were too large to settle", "{n} 处过于复杂，未能判定"),
        ("spelled", "{n} of {of} files changed", "{of} 个文件中有 {n} 个改动"),
        ("see_notes", "--notes shows them", "加 --notes 查看"),
        ("hint", "hint: ", "提示："),
        ("means", "means: ", "说明："),
        ("comma", ", ", "，"),
        ("semicolon", "; ", "；"),
        ("colon", ": ", "："),
        ("listing", ", ", "、"),
        ("no_errors", "packs: {n}; no errors", "{n} 个规则包，没有错误"),
        ("watching", "watching {n} files; Ctrl-C ends it", "正在关注 {n} 个文件；按 Ctrl-C 结束"),
        ("watch_changed", "── {time}  changed: {files}", "── {time}  有改动：{files}"),
        ("lsp_waits", "waiting for an editor on standard input; Ctrl-C ends it",
         "正在标准输入上等待编辑器；按 Ctrl-C 结束"),
        # headings of the table
        ("rank", "#", "#"),
        ("lead", "Lead", "客户"),
        ("id", "Id", "编号"),
        ("verdict", "Verdict", "结论"),
        ("reason", "Reason", "理由"),
        ("next", "Next", "下一步"),
        ("due", "Due", "期限"),
        ("who", "Who", "负责人"),
        ("ask", "Ask", "要问"),
        ("packs", "Rules", "规则"),
        ("for_all", "those for all", "通用"),
        ("place", "Place", "出处"),
        # verdicts
        ("go", "go", "推进"),
        ("terms", "on terms", "有条件"),
        ("hold", "on hold", "暂缓"),
        ("stop", "stop", "停止"),
        # marks
        ("mark_likely", "B? likely, not certain", "B? 多半是 B，未定"),
        ("mark_possible", "A|B one of these", "A|B 其中之一"),
        ("mark_open", "72–92 depends on answers", "72–92 随回答而定"),
        ("mark_unknown", "? not known", "? 未知"),
        ("mark_none", "– does not apply", "– 不适用"),
        ("mark_failed", "! a plugin failed", "! 插件出错"),
        ("not_shown", "Too narrow for: {names}. --format csv has them.",
         "窗口太窄，未显示：{names}。--format csv 有全部。"),
        # below the table
        ("no_leads", "No leads.", "没有客户。"),
        ("count_lead", "{n:,} lead", "{n:,} 个客户"),
        ("count_leads", "{n:,} leads", "{n:,} 个客户"),
        ("count_go", "{n:,} go", "{n:,} 个推进"),
        ("count_terms", "{n:,} on terms", "{n:,} 个有条件"),
        ("count_hold", "{n:,} on hold", "{n:,} 个暂缓"),
        ("count_stop", "{n:,} stopped", "{n:,} 个停止"),
        ("count_shown", "{n:,} shown", "显示 {n:,} 个"),
        ("count_set_aside", "{n:,} set aside", "{n:,} 个未评估"),
        ("set_aside", "Set aside", "未评估"),
        ("errors", "Problems", "问题"),
        ("leads", "Leads", "客户"),
        # one lead explained
        ("ranked", "rank {rank}", "第 {rank} 名"),
        ("then_pass", "passes meanwhile", "暂且放行"),
        ("then_terms", "on terms meanwhile", "暂按有条件"),
        ("then_hold", "on hold meanwhile", "暂缓"),
        ("do", "do: ", "做法："),
        ("because", "why: ", "因为："),
        ("failed", "a plugin failed, so this has no value", "插件出错，没有结果"),
        ("failures", "What failed", "出错"),
        ("read", "from: ", "依据："),
        ("missing", "missing: ", "缺："),
        ("new_lead", "new lead: {name}", "新线索：{name}"),
        ("new_leads_head", "Leads that follow from others, as of {as_of}.",
         "由现有客户带出来的新线索，截至 {as_of}。"),
        ("new_leads", "new leads in {file}: {n:,}", "{n:,} 条新线索写入 {file}"),
        ("new_leads_known", "left out, leads already: {n:,}", "{n:,} 条已在名单里，略去"),
        ("new_leads_repeated", "left out, named twice: {n:,}", "{n:,} 条重复，略去"),
        ("grades", "Grades", "分级"),
        ("scores", "Scores", "评分"),
        ("plays", "What to do", "行动"),
        ("questions", "What to ask", "要问的"),
        ("facts", "Facts", "推算值"),
        ("fields", "Given", "已知信息"),
        ("nearly", "Nearly", "差一点"),
        ("what_if", "What if", "假如"),
        ("worth", "What an answer is worth", "问清了有多大用"),
        ("set_to", "{field} {old} → {new}", "{field} {old} → {new}"),
        ("becomes", "{target} {old} → {new}", "{target} {old} → {new}"),
        ("nothing_moves", "no change of what is known moves them alone or in pairs",
         "已知信息改一项或两项都不会改变结论"),
        ("share_settles", "{target} by {share} of the answers tried",
         "试过的回答中 {share} 能定{target}"),
        ("with_answer", "with an answer to: ", "同时要问："),
        ("needs", "needs: ", "还差："),
        ("near_gate", "gate", "门槛"),
        ("near_rule", "rule", "评分项"),
        ("near_grade", "grade", "分级"),
        ("near_play", "play", "行动"),
        ("likely", "likely {word}", "多半是 {word}"),
        ("possible", "possible: {words}", "可能：{words}"),
        ("between", "{low} to {high} once all is known", "全部问清后在 {low} 到 {high} 之间"),
        ("clamped", "kept within the range", "限制在范围之内"),
        ("not_applicable", "does not apply: ", "不适用："),
        ("by", "by {due}", "{due} 前"),
        ("settles", "settles: ", "能定："),
        ("example", "{answer} → {word}", "{answer} → {word}"),
        ("nothing", "none", "无"),
        ("yes", "yes", "是"),
        ("no", "no", "否"),
    )
}  # fmt: skip


def say(key: str, lang: str, **values: object) -> str:
    """One of the program's words; English where the language is not known."""
    text = _WORDS[key].get(lang)
    return text.format(**values) if values else text


def verdict(value: object, lang: str) -> str:
    """A verdict in words."""
    known = str(value)
    return say(known, lang) if known in ("go", "terms", "hold", "stop") else "?"
