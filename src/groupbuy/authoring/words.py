"""The words of the authoring commands, in the languages of their readers."""

from __future__ import annotations

from groupbuy.texts import Text

_WORDS = {
    key: Text.of(en=en, zh=zh)
    for key, en, zh in (
        # rules list
        ("layer", "Layer", "层"),
        ("pack", "Pack", "规则包"),
        ("title", "Title", "名称"),
        ("for", "For", "适用于"),
        ("version", "Version", "版本"),
        ("defines", "Defines", "定义"),
        ("changes", "Changes", "修改"),
        ("file", "File", "文件"),
        ("every_lead", "every lead", "全部客户"),
        ("counted",
         "{packs} packs, {entries} entries, {changes} changes; "
         "a higher layer lies over a lower one.",
         "{packs} 个规则包，{entries} 个条目，{changes} 处修改；层数大的压在层数小的上面。"),
        # rules show
        ("rules_of", "Rules for {lead}", "{lead} 适用的规则"),
        ("rules_always", "Rules for every lead", "对全部客户都适用的规则"),
        ("packs_in", "Packs, lowest first: {packs}", "规则包（由低到高）：{packs}"),
        ("changed", "changed", "被修改"),
        ("instead_of", "instead of", "原为"),
        ("new_here", "added", "新增"),
        ("gone", "off", "停用"),
        ("form_gone", "replaced by another form of value", "换成另一种写法"),
        ("locked", "locked: {reason}", "已锁定：{reason}"),
        ("may_change", "changed elsewhere", "在别处被修改"),
        ("where", "where {condition}", "条件：{condition}"),
        ("only_where", "only where {condition}", "仅当 {condition}"),
        ("absent", "defined only by packs that don't apply here: {packs}",
         "只在此处不适用的规则包里定义：{packs}"),
        ("removed", "Switched off", "被停用"),
        ("off_by", "off by {pack}", "由 {pack} 停用"),
        ("defined_by", "defined by {pack}", "由 {pack} 定义"),
        ("skipped", "Changes without effect here: these rules don't have what they change",
         "在此无效的修改：这组规则里没有它要改的内容"),
        ("not_applied", "Packs that don't apply", "不适用的规则包"),
        ("conditional", "Packs for some leads only", "只适用于部分客户的规则包"),
        ("false", "no", "否"),
        ("unknown", "not known", "未知"),
        ("missing", "missing: {names}", "缺：{names}"),
        ("conflicts", "Conflicts: a lead with these packs is set aside",
         "冲突：适用这些规则包的客户不予评估"),
        ("command_line", "command line", "命令行"),
        # test
        ("case_failed", "FAILED", "未通过"),
        ("expected", "expected: ", "应为："),
        ("came", "came:     ", "实为："),
        ("cases_passed", "cases: {n}, all passed", "{n} 个用例，全部通过"),
        ("cases_failed", "cases: {n}, failed: {failed}", "{n} 个用例，{failed} 个未通过"),
        ("coverage", "coverage: {covered} of {rules} rules fired with one lead and were silent "
         "with another ({percent}%)",
         "覆盖：{rules} 条规则中 {covered} 条既成立过也不成立过（{percent}%）"),
        ("coverage_gaps", "Rules that no case shows both ways", "没有用例两面都试过的规则"),
        ("coverage_all", "What each rule did", "每条规则的情况"),
        ("rule", "Rule", "规则"),
        ("change", "Change", "改动"),
        ("unnoticed", "Changes that no case notices", "没有用例发现的改动"),
        ("mutants", "mutants: {tried} tried, {noticed} noticed, {n} not",
         "试改 {tried} 处：{noticed} 处被用例发现，{n} 处没有"),
        ("mutants_untried", "not tried:", "没有试的："),
        ("mutants_refused", "{n} that would be refused as rules", "{n} 处：改了就不成规则"),
        ("mutants_inside", "{n} inside rules that no case would miss as a whole",
         "{n} 处：所在的规则整条去掉都没有用例发现"),
        ("mutants_left", "{n} beyond the limit (--limit)", "{n} 处：超出上限（--limit）"),
        ("fires", "Fires", "成立"),
        ("silent", "Silent", "不成立"),
        ("place", "Place", "出处"),
        # diff
        ("diff_changes", "What changed in the rules", "规则改了什么"),
        ("diff_no_changes", "The rules say the same.", "两版规则内容相同。"),
        ("diff_matrix", "{grade}: old down, new across", "{grade}：竖为旧，横为新"),
        ("diff_old_new", "old \\ new", "旧 \\ 新"),
        ("diff_leads", "Leads that are judged otherwise", "结论有变的客户"),
        ("diff_by", "Because of", "由于"),
        ("diff_moved", "Leads", "客户数"),
        ("diff_words", "only texts", "只改文字"),
        ("diff_added", "added", "新增"),
        ("diff_removed", "removed", "删除"),
        ("diff_changed", "changed", "修改"),
        ("diff_evaluated", "evaluated", "可评估"),
        ("diff_more", "and {n} more: --top N shows more of them, --format csv has all",
         "另有 {n} 个：--top N 显示更多，--format csv 有全部"),
        ("diff_same", "{leads} leads, all judged as before, in the same order",
         "{leads} 个客户，结论和名次都没变"),
        ("diff_counted", "{leads} leads: {changed} judged otherwise, {reranked} with another rank",
         "{leads} 个客户：{changed} 个结论有变，{reranked} 个名次有变"),
        ("lead", "Lead", "客户"),
        ("name", "Name", "名称"),
        ("rank_moved", "Rank", "名次"),
        ("moved", "What", "变化"),
        # sections
        ("settings", "Settings", "可调参数"),
        ("facts", "Facts", "推算值"),
        ("gates", "Gates", "门槛"),
        ("scores", "Scores", "打分"),
        ("grades", "Grades", "分级"),
        ("plays", "Plays", "行动"),
        # rules names
        ("fields", "Fields of a lead", "客户字段"),
        ("tables", "Tables and their columns", "表和列"),
        ("names", "Names of the language", "语言自带的名字"),
        ("functions", "Functions", "函数"),
        ("also", "also: {names}", "也叫：{names}"),
        ("today", "the day of the run", "评估当天"),
        ("rank", "the lead's place, in texts: {rank}", "名次，写在文字里：{rank}"),
        ("verdict", "the worst verdict of the gates", "各门槛中最严的结论"),
        ("nothing_found", "No name has \"{pattern}\" in it.", "没有名字含有“{pattern}”。"),
        # types
        ("text", "text", "文字"),
        ("integer", "whole number", "整数"),
        ("number", "number", "数字"),
        ("percent", "percent", "百分比"),
        ("money", "money", "金额"),
        ("flag", "yes or no", "是/否"),
        ("date", "date", "日期"),
        ("dates", "dates", "多个日期"),
        ("choice", "one of", "单选"),
        ("choices", "any of", "多选"),
        ("table", "table", "表"),
        ("required", "required", "必填"),
        ("from_to", "{low} to {high}", "{low} 到 {high}"),
        ("at_least", "at least {low}", "不小于 {low}"),
        ("at_most", "at most {high}", "不大于 {high}"),
        ("default", "blank means {value}", "空白按 {value}"),
        ("yes", "yes", "是"),
        ("no", "no", "否"),
        ("comma", ", ", "、"),
        ("period", ". ", "。"),
    )
}  # fmt: skip


def say(key: str, lang: str, **values: object) -> str:
    """One of the words; English where the language is not known."""
    text = _WORDS[key].get(lang)
    return text.format(**values) if values else text


def heading(section: str, lang: str) -> str:
    """What a section is called; one of a plugin by the name that stands in rule files."""
    return say(section, lang) if section in _WORDS else section
