//! Rows `CS7xx`: policies of RAM.

messages! {
    POLICY_UNREADABLE = "CS700", Error, "ram-policy-language": {
        "this is not a policy that RAM accepts: {detail}", "这不是 RAM 接受的权限策略：{detail}"
    } help {
        "compare with `consnap role print`, which writes all three", "请与 `consnap role print` 输出的权限策略对照"
    };
    POLICY_MEMBER_UNKNOWN = "CS701", Warning, "ram-policy-language": {
        "`{member}` is not a member of a policy", "`{member}` 不是权限策略的元素"
    } help {
        "look at its spelling: RAM ignores or refuses what it does not know", "请检查拼写：RAM 会忽略或拒绝未知元素"
    };
    ACTION_MISSING = "CS702", Error, "sql-server: policy of the role": {
        "`{action}` is not allowed", "未授权 `{action}`"
    } help {
        "add it to a statement that allows; `consnap role print` shows the whole policy and what each action is for",
        "请将其加入 Allow 语句；`consnap role print` 会输出完整的权限策略及各操作的用途"
    };
    ACTION_DENIED = "CS703", Error, "ram-policy-evaluation": {
        "`{action}` is denied, whatever else allows it", "`{action}` 被显式拒绝，其他授权无效"
    } help {
        "take it out of the statement that denies", "请将其从 Deny 语句中移除"
    };
    ACTION_CONDITIONAL = "CS704", Warning, "ram-policy-language: conditions": {
        "`{action}` is only allowed under conditions", "`{action}` 仅在满足条件时被授权"
    } help {
        "make sure that the conditions hold where consnap or the plug-in calls from; this check cannot see it",
        "请确认 consnap 或云助手插件的调用环境满足这些条件；此检查无法判断"
    };
    ACTION_NARROWED = "CS705", Advice, "ram-policy-language: resources": {
        "`{action}` is only allowed for {resources}", "`{action}` 仅对 {resources} 授权"
    } help {
        "make sure that every target, its disks and its snapshots are among them", "请确认所有目标实例及其云盘和快照都在范围内"
    };
    ALLOWS_EVERYTHING = "CS706", Error, "consnap": {
        "`{action}` allows everything", "`{action}` 授权了全部操作"
    } help {
        "name the actions instead: on an instance every process can use the role, see `consnap role print`",
        "请改为列出具体操作：实例中的任何进程都可使用该角色，参见 `consnap role print`"
    };
    PATTERN_WIDER = "CS707", Warning, "consnap": {
        "`{action}` allows more than is needed, which is {needed}", "`{action}` 的授权范围大于所需的 {needed}"
    } help {
        "name these actions instead of the pattern", "请用这些具体操作代替通配符"
    };
    ACTION_NOT_NEEDED = "CS708", Warning, "consnap": {
        "`{action}` is not needed", "不需要 `{action}`"
    } help {
        "take it out unless something else uses this policy", "如无其他用途，请移除"
    };
    PASSES_ANY_ROLE = "CS709", Warning, "attach-instance-ram-role: ram:PassRole": {
        "any role may be passed to an instance, even one with more rights than the caller has",
        "可将任意角色授予实例，包括权限更大的角色"
    } help {
        "name the role as the resource: `acs:ram:*:*:role/{role}`", "请将资源限定为该角色：`acs:ram:*:*:role/{role}`"
    };
    ECS_NOT_TRUSTED = "CS710", Error, "ram-role": {
        "ECS may not assume this role", "该角色的可信实体不包含 ECS"
    } help {
        "make `ecs.aliyuncs.com` the trusted service; `consnap role print trust` shows the policy",
        "请将 `ecs.aliyuncs.com` 设为可信服务；参见 `consnap role print trust`"
    };
    TRUSTS_OTHERS = "CS711", Warning, "consnap": {
        "`{principal}` may assume this role too", "`{principal}` 也可以扮演该角色"
    } help {
        "take it out unless it is meant", "如非有意，请移除"
    };
    ACTION_PARTLY_DENIED = "CS712", Warning, "ram-policy-evaluation": {
        "`{action}` is denied for some resources or under conditions", "`{action}` 对部分资源或在特定条件下被拒绝"
    } help {
        "make sure that no target is among them", "请确认目标资源不在其中"
    };
    ALLOWS_ALL_BUT = "CS713", Error, "ram-policy-language: NotAction": {
        "everything but a few actions is allowed", "除少数操作外全部被授权"
    } help {
        "name the actions that are needed under `Action`, see `consnap role print`",
        "请在 `Action` 中列出所需操作，参见 `consnap role print`"
    };
    TRUSTS_EVERYBODY = "CS714", Error, "consnap": {
        "anybody may assume this role", "任何人都可以扮演该角色"
    } help {
        "make `ecs.aliyuncs.com` the only trusted service", "请仅将 `ecs.aliyuncs.com` 设为可信服务"
    };
    ACTION_NOT_FOR = "CS715", Error, "ram-policy-language: resources": {
        "`{action}` is not allowed for {resources}", "未对 {resources} 授权 `{action}`"
    } help {
        "add what is missing; `consnap role print operator --instance` writes the policy for the instances of a job",
        "请补充缺少的资源；`consnap role print operator --instance` 会按作业中的实例输出权限策略"
    };
}
