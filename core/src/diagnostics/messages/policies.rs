//! Rows `CS400` to `CS439`: organisation policies, what they say of a job and what is wrong with their document.

messages! {
    NOT_MET = "CS400", Error, "consnap": {
        "{message}: policy `{policy}` is not met{measured}", "{message}：未满足合规规则 `{policy}`{measured}"
    } help { "as the policy says: {help}", "按合规规则的说明：{help}" };
    CANNOT_JUDGE = "CS401", Error, "consnap": {
        "policy `{policy}` cannot be judged: {reason}", "无法判断合规规则 `{policy}`：{reason}"
    } help {
        "collect the missing fact, or ask for it first with `has(...)` in `when`; what is not known never counts as met",
        "请采集缺少的信息，或在 `when` 中先用 `has(...)` 判断；未知的信息不视为满足"
    };
    WAIVER_EXPIRED = "CS402", Error, "consnap": {
        "the waiver of policy `{policy}` ended on {expires} and waives nothing any more", "合规规则 `{policy}` 的豁免已于 {expires} 到期，不再生效"
    } help { "fix the cause and remove it, or have {owner} renew `expires` on purpose", "请解决其原因并删除该豁免，或由 {owner} 确认后更新 `expires`" };
    WAIVER_UNUSED = "CS403", Advice, "consnap": {
        "the waiver of policy `{policy}` covers nothing here", "合规规则 `{policy}` 的豁免在此没有覆盖任何对象"
    } help { "remove it when its instances are fixed or gone", "若相关实例已整改或不再存在，请删除该豁免" };
    UNKNOWN_POLICY = "CS404", Error, "consnap": {
        "there is no policy `{policy}`", "不存在合规规则 `{policy}`"
    } help { "use the id of a policy: {all_known}", "请使用合规规则的 ID：{all_known}" };
    WAIVER_SCOPE = "CS405", Error, "consnap": {
        "the waiver of policy `{policy}` names no instances and no tags, or both", "合规规则 `{policy}` 的豁免未指定实例和标签，或同时指定了两者"
    } help {
        "write either `instances` or `tags`; `instances: [\"*\"]` waives it for the job and for all instances",
        "请只填写 `instances` 或 `tags` 之一；`instances: [\"*\"]` 表示对作业及全部实例豁免"
    };
    WAIVER_UNDATED = "CS406", Advice, "consnap": {
        "whether the waiver of policy `{policy}` still holds is not known: it ends on {expires}, and no date was given",
        "无法得知合规规则 `{policy}` 的豁免是否仍有效：其到期日为 {expires}，但未提供当前日期"
    } help { "give the date to check for", "请提供检查所用的日期" };
    EMPTY_TEXT = "CS407", Error, "consnap": {
        "`{key}` is empty", "`{key}` 为空"
    } help { "say it in a few words: it is what a reader of the report goes by", "请简要填写：报告的读者以此为依据" };
    DUPLICATE_ID = "CS408", Error, "consnap": {
        "policy `{policy}` appears more than once; only the first one is used", "合规规则 `{policy}` 重复出现，只采用第一个"
    } help { "give each policy an id of its own, over all files that are used together", "请为每条合规规则使用不同的 ID，同时使用的所有文件都算在内" };
    UNKNOWN_VERSION = "CS409", Error, "consnap": {
        "version `{version}` of the policy document is not known", "未知的合规规则文档版本 `{version}`"
    } help { "write `version: 1`", "请写为 `version: 1`" };
    NOTHING_IN_IT = "CS410", Error, "consnap": {
        "the document holds neither policies nor cases", "文档中既没有合规规则，也没有用例"
    } help { "add a list `policies`; `consnap policy new` writes a first one", "请添加 `policies` 列表；`consnap policy new` 可生成一个初始文档" };
    TOO_MANY = "CS411", Error, "consnap": {
        "there are {count} entries in `{key}`, at most {limit} are read", "`{key}` 有 {count} 项，最多读取 {limit} 项"
    } help { "split the document, or drop what is not needed", "请拆分文档，或删除不需要的内容" };
    EXPRESSION_TOO_LONG = "CS412", Error, "consnap: bounds of expressions": {
        "the expression has {length} bytes, at most {limit} are read", "表达式有 {length} 字节，最多读取 {limit} 字节"
    } help { "split it into several policies", "请拆分为多条合规规则" };
    EXPRESSION_TOO_DEEP = "CS413", Error, "consnap: bounds of expressions": {
        "the expression is nested or chained {depth} levels deep, at most {limit} are read", "表达式嵌套或串联了 {depth} 层，最多读取 {limit} 层"
    } help { "split it into several policies", "请拆分为多条合规规则" };
    EXPRESSION_TOO_COSTLY = "CS414", Error, "consnap: bounds of expressions": {
        "the expression goes over lists inside lists for up to {cost} steps, at most {limit} are allowed", "表达式对列表嵌套遍历，最多可达 {cost} 步，允许 {limit} 步"
    } help { "go over one list inside another at most once", "请最多在一个列表的遍历中再遍历一个列表" };
    SYNTAX = "CS415", Error, "cel": {
        "the expression cannot be read: {detail}", "表达式无法读取：{detail}"
    } help { "write it as `instance.tags.env == 'production'`", "请按 `instance.tags.env == 'production'` 的形式书写" };
    UNSUPPORTED = "CS416", Error, "consnap: bounds of expressions": {
        "the expression uses {what}, which policies do not have", "表达式使用了 {what}，合规规则不支持"
    } help { "write it with comparisons, `in`, the functions {functions} and the macros {macros}", "请使用比较、`in`、函数 {functions} 和宏 {macros}" };
    UNKNOWN_NAME = "CS417", Error, "consnap": {
        "`{name}` is not known in `{of}`", "`{of}` 中没有 `{name}`"
    } help { "known are {known}", "可用的有 {known}" };
    UNKNOWN_NAME_SIMILAR = "CS418", Error, "consnap": {
        "`{name}` is not known in `{of}`; did you mean `{similar}`", "`{of}` 中没有 `{name}`；是否应为 `{similar}`"
    } help { "write `{similar}`; known are {known}", "请改为 `{similar}`；可用的有 {known}" };
    TYPE_MISMATCH = "CS419", Error, "consnap": {
        "`{expression}` needs {expected}, found {found}", "`{expression}` 需要 {expected}，实际为 {found}"
    } help { "compare values of the same type; the reference of variables lists the types", "请比较相同类型的值；变量参考中列有类型" };
    UNKNOWN_CHOICE = "CS420", Error, "consnap": {
        "`{of}` is never `{value}`", "`{of}` 不会取值 `{value}`"
    } help { "use one of {known}", "请使用以下值之一：{known}" };
    BAD_PATTERN = "CS421", Error, "consnap: one engine for patterns in all languages": {
        "pattern `{pattern}` cannot be used: {detail}", "无法使用模式 `{pattern}`：{detail}"
    } help { "write the pattern as plain text in quotes, of at most {limit} bytes, with ASCII classes only", "请用引号直接书写模式，最多 {limit} 字节，且只使用 ASCII 字符类" };
    ADJUSTMENT_REFUSED = "CS422", Error, "consnap": {
        "the severity of `{code}` cannot be lowered: it guards against a command that would do something else than it says",
        "不能降低 `{code}` 的级别：它用于防止命令的实际行为与其含义不符"
    } help { "remove the entry and fix the cause in the job", "请删除该条目，并在作业中解决其原因" };
    ADJUSTMENT_UNKNOWN = "CS423", Error, "consnap": {
        "`{code}` is not a finding whose severity a policy can set", "`{code}` 不是合规规则可以调整级别的检查结果"
    } help { "use the code of a finding of `consnap check`, CS110 to CS149, CS200 to CS299 or CS320", "请使用 `consnap check` 的检查结果代码：CS110 至 CS149、CS200 至 CS299 或 CS320" };
    CASE_DIFFERS = "CS424", Error, "consnap": {
        "case `{case}` of policy `{policy}` gives {got}, expected is {expected}", "合规规则 `{policy}` 的用例 `{case}` 结果为 {got}，期望为 {expected}"
    } help { "look at the explanation, then fix the policy or the case", "请查看说明，再修正合规规则或用例" };
    NEVER_EXERCISED = "CS425", Advice, "consnap": {
        "no case of policy `{policy}` gives {branches}", "合规规则 `{policy}` 没有任何用例得出 {branches}"
    } help { "add a case for each: what is not tried out will surprise you in production", "请为每种结果添加用例：未经验证的规则可能在生产环境中出现意外" };
    TOO_MUCH_WORK = "CS426", Error, "consnap: bounds of expressions": {
        "judging was ended after {limit} steps; what was not judged counts as not met", "判断已执行 {limit} 步并终止；未判断的内容不视为满足"
    } help { "judge fewer instances at a time, or simplify the policies that go over lists", "请减少每次判断的实例数量，或简化需要遍历列表的合规规则" };
    SEVERITY_ADJUSTED = "CS427", Advice, "consnap": {
        "findings `{code}` count as {severity} here: {reason}", "检查结果 `{code}` 在此按 {severity} 处理：{reason}"
    } help { "nothing to do; the policy document asks for it", "无需处理，合规规则文档如此要求" };
}

/// Why a policy could not be judged: a reason inside [`CANNOT_JUDGE`].
pub mod reasons {
    use crate::diagnostics::text::Text;

    /// A member that is not there.
    pub static MISSING: Text = Text::new("`{what}` is not known", "`{what}` 未知");
    /// A value nothing can be done with.
    pub static NOT_COMPUTABLE: Text =
        Text::new("`{what}` cannot be worked out: {detail}", "`{what}` 无法计算：{detail}");
    /// The bound on work was reached.
    pub static TOO_MUCH: Text =
        Text::new("`{what}` goes over more list entries than is allowed", "`{what}` 遍历的列表项超过允许的数量");
    /// What was measured, after the words of a policy that is not met.
    pub static MEASURED: Text = Text::new("; `{expression}` is {value}", "；`{expression}` 的值为 {value}");
    /// What was measured and what was wanted.
    pub static WANTED: Text = Text::new(
        "; `{expression}` is {value}, wanted is {wanted}",
        "；`{expression}` 的值为 {value}，要求为 {wanted}",
    );
    /// What to do, when the policy does not say it.
    pub static HELP: Text = Text::new(
        "fix it; `consnap policy explain {policy}` shows what is asked for",
        "请整改；`consnap policy explain {policy}` 会显示具体要求",
    );
}
