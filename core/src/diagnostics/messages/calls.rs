//! Rows `CE2xx`: credentials, transport and service.

messages! {
    NO_CREDENTIALS = "CE201", Error, "credentials: default chain": {
        "no credentials were found; looked at: {tried}", "未找到任何凭证；已查找：{tried}"
    } help {
        "set `ALIBABA_CLOUD_ACCESS_KEY_ID` and `ALIBABA_CLOUD_ACCESS_KEY_SECRET`, run `aliyun configure`, or attach a RAM role to the instance consnap runs on",
        "请设置 `ALIBABA_CLOUD_ACCESS_KEY_ID` 和 `ALIBABA_CLOUD_ACCESS_KEY_SECRET`，运行 `aliyun configure`，或为运行 consnap 的实例授予实例RAM角色"
    };
    CREDENTIALS_INCOMPLETE = "CE202", Error, "credentials: default chain": {
        "the credentials from {source} lack `{missing}`", "来自 {source} 的凭证缺少 `{missing}`"
    } help {
        "give both the AccessKey ID and its secret, and the STS token with temporary credentials",
        "请同时提供 AccessKey ID 和对应的 AccessKey Secret；使用临时凭证时还需提供临时安全令牌"
    };
    PROFILE_MODE_NOT_SUPPORTED = "CE203", Error, "cli: config.json": {
        "profile `{profile}` in `{file}` uses mode `{mode}`, which consnap does not support",
        "`{file}` 中的配置 `{profile}` 使用模式 `{mode}`，consnap 不支持该模式"
    } help {
        "use one of {modes}", "请使用以下模式之一：{modes}"
    };
    PROFILE_NOT_FOUND = "CE204", Error, "cli: config.json": {
        "there is no profile `{profile}` in `{file}`; it has: {all_known}", "`{file}` 中没有配置 `{profile}`；现有配置：{all_known}"
    } help {
        "name one of these in `ALIBABA_CLOUD_PROFILE`, or add it with `aliyun configure --profile {profile}`",
        "请用 `ALIBABA_CLOUD_PROFILE` 指定其中之一，或用 `aliyun configure --profile {profile}` 添加"
    };
    CREDENTIALS_FILE_UNREADABLE = "CE205", Error, "consnap": {
        "`{file}` cannot be read: {detail}", "无法读取 `{file}`：{detail}"
    } help {
        "fix the file or its permissions, or give credentials in the environment",
        "请修复该文件或其权限，或通过环境变量提供凭证"
    };
    CREDENTIALS_EXPIRED = "CE206", Error, "consnap": {
        "the temporary credentials from {source} ended at {expired_at}", "来自 {source} 的临时凭证已于 {expired_at} 过期"
    } help {
        "get new ones and start again; a run that began can be resumed", "请获取新的凭证后重新开始；已开始的执行可以恢复"
    };
    CREDENTIALS_REPLY_UNREADABLE = "CE207", Error, "credentials": {
        "the reply with credentials from {source} cannot be used: {detail}", "来自 {source} 的凭证响应无法使用：{detail}"
    } help {
        "check whether the role is attached and may be assumed", "请检查实例RAM角色是否已授予，以及是否允许扮演该角色"
    };
    PROFILES_IN_A_CIRCLE = "CE208", Error, "cli: ChainableRamRoleArn": {
        "the profiles in `{file}` that `{profile}` builds on refer to each other in a circle, or their chain is too long", "`{file}` 中 `{profile}` 所引用的配置形成循环或层级过深"
    } help {
        "give `source_profile` a profile that has credentials of its own", "请将 `source_profile` 指向自带凭证的配置"
    };
    CREDENTIALS_NOT_RENEWED = "CE209", Error, "consnap": {
        "no credentials to sign with: {detail}", "没有可用于签名的凭证：{detail}"
    } help {
        "see with `consnap doctor` what is wrong with them; a run that began can be resumed",
        "请用 `consnap doctor` 检查凭证；已开始的执行可以恢复"
    };
    NAME_NOT_RESOLVED = "CE210", Error, "consnap": {
        "the name of the endpoint cannot be resolved: {detail}", "无法解析接入点的域名：{detail}"
    } help {
        "check the region, the DNS and the network; inside a VPC use `--endpoint ecs-vpc.REGION.aliyuncs.com`",
        "请检查地域、DNS 和网络；在 VPC 内请使用 `--endpoint ecs-vpc.REGION.aliyuncs.com`"
    };
    CONNECTION_REFUSED = "CE211", Error, "consnap": {
        "the endpoint refused the connection: {detail}", "接入点拒绝连接：{detail}"
    } help {
        "check the endpoint and its port; if it is the simulator, whether it still runs", "请检查接入点及端口；如使用模拟器，请确认其仍在运行"
    };
    TLS_FAILED = "CE212", Error, "consnap": {
        "no secure connection to the endpoint: {detail}", "无法与接入点建立安全连接：{detail}"
    } help {
        "check the clock, and whether a proxy replaces certificates: if so, name the file with its certificate authority with `--ca-file`",
        "请检查系统时钟，以及是否有代理替换了证书；如有，请用 `--ca-file` 指定其 CA 证书"
    };
    NO_ANSWER_IN_TIME = "CE213", Error, "consnap": {
        "the endpoint did not answer in time: {detail}", "接入点未在规定时间内响应：{detail}"
    } help {
        "check the network and the firewalls, then try again", "请检查网络和防火墙后重试"
    };
    CONNECTION_CLOSED = "CE214", Error, "consnap": {
        "the connection ended before the whole answer had arrived: {detail}", "连接在收到完整响应之前中断：{detail}"
    } help {
        "try again; whether the call was carried out is not known", "请重试；该调用是否已执行尚不清楚"
    };
    TRANSPORT_FAILED = "CE215", Error, "consnap": {
        "the endpoint could not be reached: {detail}", "无法访问接入点：{detail}"
    } help {
        "check the network, then try again", "请检查网络后重试"
    };
    PLAIN_HTTP_REFUSED = "CE216", Error, "consnap": {
        "`{endpoint}` would be called without encryption", "将以未加密方式访问 `{endpoint}`"
    } help {
        "use `https://`; plain `http://` is only for this machine, such as the simulator",
        "请使用 `https://`；`http://` 仅可用于本机，例如模拟器"
    };
    CA_FILE_UNREADABLE = "CE217", Error, "consnap": {
        "the certificates in `{file}` cannot be used: {detail}", "无法使用 `{file}` 中的证书：{detail}"
    } help {
        "give a PEM file with the certificate of the authority", "请提供包含 CA 证书的 PEM 文件"
    };
    UNKNOWN_REGION = "CE218", Error, "sdk-go: endpoint map": {
        "region `{region}` is not known", "未知的地域 `{region}`"
    } help {
        "did you mean `{suggestion}`? for a region newer than this version give its endpoint with `--endpoint`",
        "您是否想使用 `{suggestion}`？如果该地域晚于此版本上线，请用 `--endpoint` 指定其接入点"
    };
    ENDPOINT_UNREADABLE = "CE219", Error, "consnap": {
        "`{endpoint}` is not an endpoint: {detail}", "`{endpoint}` 不是有效的接入点：{detail}"
    } help {
        "write it as `ecs.cn-beijing.aliyuncs.com` or `http://127.0.0.1:8080`",
        "请写成 `ecs.cn-beijing.aliyuncs.com` 或 `http://127.0.0.1:8080` 的形式"
    };
    SERVICE_REFUSED = "CE220", Error, "consnap": {
        "{operation} was refused: `{code}`: {detail}", "{operation} 被拒绝：`{code}`：{detail}"
    } help {
        "look the code up with `consnap explain {code}`; quote the request id to the service's support",
        "请用 `consnap explain {code}` 查询该错误码；联系技术支持时请提供请求ID"
    };
    THROTTLED = "CE221", Error, "consnap": {
        "{operation} was throttled: `{code}`: {detail}", "{operation} 被流控：`{code}`：{detail}"
    } help {
        "wait a minute and try again; check what else calls the API with this account", "请稍候一分钟再重试；并检查该账号下还有哪些程序在调用 API"
    };
    SERVICE_FAULT = "CE222", Error, "consnap": {
        "{operation} failed inside the service (HTTP {status}, `{code}`): {detail}",
        "{operation} 遇到服务端故障（HTTP {status}，`{code}`）：{detail}"
    } help {
        "try again later; whether the call was carried out is not known", "请稍后重试；该调用是否已执行尚不清楚"
    };
    CREDENTIALS_REFUSED = "CE223", Error, "consnap": {
        "the service does not accept the credentials: `{code}`: {detail}", "服务端不接受该凭证：`{code}`：{detail}"
    } help {
        "see with `consnap whoami` where they come from, and whether key, secret and token belong together",
        "请用 `consnap whoami` 查看凭证来源，并确认 AccessKey ID、AccessKey Secret 与临时安全令牌是否匹配"
    };
    METADATA_WITHOUT_ROLE = "CE224", Error, "credentials: instance metadata": {
        "no RAM role is attached to the instance consnap runs on", "运行 consnap 的实例未授予实例RAM角色"
    } help {
        "attach a RAM role to this instance in the ECS console, or give other credentials",
        "请在 ECS 控制台为该实例授予实例RAM角色，或提供其他凭证"
    };
    METADATA_NOT_ANSWERING = "CE225", Error, "credentials: instance metadata": {
        "the metadata service gave no credentials: {detail}", "元数据服务未返回凭证：{detail}"
    } help {
        "it answers only on an ECS instance whose metadata service is on; where it demands tokens, `ALIBABA_CLOUD_IMDSV1_DISABLED` may stay set",
        "元数据服务仅在已启用该服务的 ECS 实例上可用；如要求使用令牌，可保留 `ALIBABA_CLOUD_IMDSV1_DISABLED`"
    };
    EXTERNAL_FAILED = "CE226", Error, "cli: mode External": {
        "the program of {source} gave no credentials: {detail}", "{source} 的程序未返回凭证：{detail}"
    } help {
        "run it by hand: within 60 seconds it must end with 0 and print one JSON object with `mode`, `access_key_id` and `access_key_secret`",
        "请手动运行该程序：它须在 60 秒内以 0 退出，并输出包含 `mode`、`access_key_id`、`access_key_secret` 的 JSON 对象"
    };
    EXTERNAL_DISABLED = "CE227", Error, "cli: mode External": {
        "the program of {source} is not run: `ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS` is set",
        "未运行 {source} 的程序：已设置 `ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS`"
    } help {
        "unset it, or use another profile", "请取消该变量，或使用其他配置"
    };
    URI_FAILED = "CE228", Error, "credentials: URI provider": {
        "the credentials URI of {source} gave no credentials: {detail}", "{source} 的凭证 URI 未返回凭证：{detail}"
    } help {
        "check whether its server runs; plain `http://` is accepted only on this machine, elsewhere use `https://`",
        "请确认其服务正在运行；`http://` 仅可用于本机，其他地址请使用 `https://`"
    };
    METADATA_OTHER_ROLE = "CE229", Error, "credentials: instance metadata": {
        "RAM role `{role}` is not attached to the instance consnap runs on", "运行 consnap 的实例未授予实例RAM角色 `{role}`"
    } help {
        "leave the role's name out of the profile, or correct it; an instance has one role at most",
        "请在配置中省略或修正角色名；每台实例最多授予一个角色"
    };
    ANSWER_NOT_FROM_SERVICE = "CE230", Error, "consnap": {
        "{operation} was answered by something other than the service (HTTP {status})", "{operation} 的响应并非来自服务端（HTTP {status}）"
    } help {
        "look for a proxy or a login page between here and the endpoint", "请检查本机与接入点之间是否有代理或登录页面"
    };
    ANSWER_IN_XML = "CE231", Error, "consnap": {
        "{operation} was answered in XML where JSON was asked for (HTTP {status}, `{code}`): {detail}",
        "{operation} 返回了 XML 而不是所要求的 JSON（HTTP {status}，`{code}`）：{detail}"
    } help {
        "check the endpoint: it may belong to another service or to a gateway", "请检查接入点：它可能属于其他服务或网关"
    };
    ANSWER_CUT_SHORT = "CE232", Error, "consnap": {
        "the answer to {operation} is empty or cut short (HTTP {status})", "{operation} 的响应为空或不完整（HTTP {status}）"
    } help {
        "look before calling again: it may have been carried out", "请先查看结果再重试：该调用可能已执行"
    };
    ANSWER_NOT_UNDERSTOOD = "CE233", Error, "consnap": {
        "the answer to {operation} is not what it should be (HTTP {status}): {detail}", "{operation} 的响应不符合预期（HTTP {status}）：{detail}"
    } help {
        "report it with the request id; look before calling again: it may have been carried out",
        "请附上请求ID反馈此问题；请先查看结果再重试：该调用可能已执行"
    };
    EMPTY_FILTER = "CE240", Error, "api 4.2: an empty InvokeId": {
        "a request with an empty filter would select everything", "筛选条件为空的请求会选中所有资源"
    } help {
        "name at least one id, name or tag", "请至少指定一个 ID、名称或标签"
    };
    TOO_MANY_IDS = "CE241", Error, "api-reference": {
        "one call takes at most {limit} of them, not {count}", "单次调用最多支持 {limit} 个，实际为 {count} 个"
    } help {
        "divide the list into several calls", "请将列表拆分为多次调用"
    };
    API_OPERATION_UNKNOWN = "CE242", Error, "consnap": {
        "consnap does not use operation `{operation}` of the service", "consnap 不使用接口 `{operation}`"
    } help { "did you mean `{nearest}`?", "您是否想输入 `{nearest}`？" };
    PARAMETER_UNKNOWN = "CE243", Error, "sdk-go: request fields of each operation": {
        "`{operation}` has no parameter `{name}`; the service would ignore it", "`{operation}` 没有参数 `{name}`；服务会忽略它"
    } help { "known are: {known}", "可用参数：{known}" };
    PARAMETER_MISSPELT = "CE244", Error, "sdk-go: request fields of each operation": {
        "`{operation}` has no parameter `{name}`; the service would ignore it", "`{operation}` 没有参数 `{name}`；服务会忽略它"
    } help { "did you mean `{nearest}`?", "您是否想输入 `{nearest}`？" };
    PARAMETER_FORM = "CE245", Error, "sdk-go: request fields of each operation": {
        "`{name}` of `{operation}` has another form", "`{operation}` 的参数 `{name}` 格式不符"
    } help { "write it as `{wanted}`", "请写成 `{wanted}`" };
    PARAMETER_EMPTY = "CE246", Error, "consnap: an empty filter is none": {
        "`{name}` is empty, which to the service means no filter at all", "`{name}` 为空，服务会将其视为没有过滤条件"
    } help { "leave it out if that is meant", "如果确实不需要过滤，请省略该参数" };
    TWO_REGIONS = "CE247", Error, "consnap": {
        "the call names two regions, `{region}` and `{other}`", "该请求指定了两个地域：`{region}` 和 `{other}`"
    } help { "give one of them, as `region` or as `RegionId`", "请只用 `region` 或 `RegionId` 指定其中一个" };
    PROGRAM_OF_OTHERS = "CE248", Error, "consnap": {
        "`{file}` names a program to run for credentials, and others than you may write it ({mode})", "`{file}` 指定了用于获取凭证的程序，但其他用户可写入该文件（{mode}）"
    } help {
        "look at the program it names, then `chmod 600` the file; nothing was run", "请检查其指定的程序，然后对该文件执行 `chmod 600`；未运行任何程序"
    };
    SECTION_TYPE_NOT_SUPPORTED = "CE249", Error, "credentials: credentials file": {
        "section `{profile}` in `{file}` is of type `{mode}`, which consnap does not know",
        "`{file}` 中的节 `{profile}` 的类型为 `{mode}`，consnap 不认识该类型"
    } help {
        "use one of `access_key`, `sts`, `ecs_ram_role`, `ram_role_arn`, `oidc_role_arn`",
        "请使用以下类型之一：`access_key`、`sts`、`ecs_ram_role`、`ram_role_arn`、`oidc_role_arn`"
    };
    SECTION_TYPE_DEPRECATED = "CE250", Error, "credentials: credentials file": {
        "section `{profile}` in `{file}` is of type `{mode}`, which is deprecated; consnap does not use it",
        "`{file}` 中的节 `{profile}` 的类型为 `{mode}`，该类型已弃用，consnap 不使用"
    } help {
        "use type `ecs_ram_role` on an instance, `oidc_role_arn` elsewhere, or `access_key`",
        "在实例上请使用类型 `ecs_ram_role`，其他环境请使用 `oidc_role_arn` 或 `access_key`"
    };
    PROFILE_MODE_DEPRECATED = "CE251", Error, "cli: config.json": {
        "profile `{profile}` in `{file}` uses mode `{mode}`, which is deprecated; consnap does not use it",
        "`{file}` 中的配置 `{profile}` 使用模式 `{mode}`，该模式已弃用，consnap 不使用"
    } help {
        "use mode {successor}", "请改用模式 {successor}"
    };
    NO_ACCESS_KEY = "CE252", Error, "cli: config.json": {
        "`{profile}` in `{file}` is of mode `{mode}`, which has no AccessKey to sign calls to ECS with",
        "`{file}` 中的 `{profile}` 使用模式 `{mode}`，没有可用于签名 ECS 请求的 AccessKey"
    } help {
        "use another profile, or another section", "请使用其他配置或其他节"
    };
    KEY_WITH_BLANK = "CE253", Error, "consnap": {
        "`{key}` from {source} holds a blank, a line break or a character that no key has: every signature would be wrong",
        "来自 {source} 的 `{key}` 含有空格、换行或密钥中不会出现的字符，签名必然错误"
    } help {
        "copy it again, without what stands around it", "请重新复制，不要带上前后的字符"
    };
    LOGIN_ABSENT = "CE254", Error, "cli: config.json": {
        "profile `{profile}` in `{file}` uses mode `{mode}`, and its login has left no temporary credentials there",
        "`{file}` 中的配置 `{profile}` 使用模式 `{mode}`，其中没有登录后保存的临时凭证"
    } help {
        "log in: `aliyun configure --profile {profile} --mode {mode}`, then `aliyun sts GetCallerIdentity --profile {profile}`",
        "请登录：`aliyun configure --profile {profile} --mode {mode}`，然后执行 `aliyun sts GetCallerIdentity --profile {profile}`"
    };
    LOGIN_ENDED = "CE255", Error, "cli: config.json": {
        "the temporary credentials that the login of profile `{profile}` left in `{file}` ended at {expired_at}",
        "配置 `{profile}` 登录后保存在 `{file}` 中的临时凭证已于 {expired_at} 过期"
    } help {
        "`aliyun sts GetCallerIdentity --profile {profile}` renews them while the login lasts; else log in again: `aliyun configure --profile {profile} --mode {mode}`",
        "登录仍有效时，`aliyun sts GetCallerIdentity --profile {profile}` 会更新凭证；否则请重新登录：`aliyun configure --profile {profile} --mode {mode}`"
    };
}
