//! Rows about the content of scripts that are uploaded.

messages! {
    SCRIPT_SLEEP = "CS226", Error, "go-page: ScriptTimeoutInSeconds": {
        "by line {line}, `{key}` has slept {seconds} s, but a script is ended after {most} s", "`{key}` 第 {line} 行已等待 {seconds} 秒，但脚本在 {most} 秒后被终止"
    } help {
        "sleep less, or raise `linux.script_timeout_seconds`", "请缩短等待，或增大 `linux.script_timeout_seconds`"
    };
    SCRIPT_KIND = "CS234", Error, "execve: Interpreter scripts": {
        "line {line} of `{key}` shows {kind}, which Linux does not start", "`{key}` 第 {line} 行表明其为 {kind}，Linux 无法启动"
    } help {
        "name the script itself, as UTF-8 text that begins with `#!/bin/sh`", "请填写脚本文件本身：以 `#!/bin/sh` 开头的 UTF-8 文本"
    };
    SCRIPT_INTERPRETER = "CS235", Error, acceptable, "execve: Interpreter scripts": {
        "line {line} of `{key}` names no interpreter by an absolute path: `{found}`", "`{key}` 第 {line} 行没有以绝对路径指定解释器：`{found}`"
    } help {
        "begin the file with `#!/bin/sh`, nothing before it", "请以 `#!/bin/sh` 开头，前面不能有任何内容"
    };
    SCRIPT_LINE_END = "CS236", Error, "execve: Interpreter scripts": {
        "line {line} of `{key}` ends with CR LF: the CR becomes part of its last word", "`{key}` 第 {line} 行以 CR LF 结尾：CR 会成为最后一个词的一部分"
    } help {
        "end lines with LF alone (`dos2unix`)", "请只用 LF 换行（`dos2unix`）"
    };
    SCRIPT_FIRST_LINE = "CS237", Warning, "execve: Interpreter scripts": {
        "line {line} of `{key}` has {length} bytes; kernels read {most} of them, {newer} since 5.1", "`{key}` 第 {line} 行有 {length} 字节；内核只读取前 {most} 字节（5.1 起为 {newer}）"
    } help {
        "shorten the path of the interpreter", "请缩短解释器路径"
    };
    SCRIPT_ARGUMENT = "CS238", Error, "execve: Interpreter scripts": {
        "line {line} of `{key}`: the interpreter gets `{argument}` as one word", "`{key}` 第 {line} 行：解释器会将 `{argument}` 作为一个参数"
    } help {
        "give one word (`#!/bin/sh -eu`), or use `#!/usr/bin/env -S`", "请只写一个参数（`#!/bin/sh -eu`），或使用 `#!/usr/bin/env -S`"
    };
    SCRIPT_CALL = "CS239", Warning, acceptable, "go-page: PreScriptPath": {
        "line {line} of `{key}` relies on `{what}`, but the plug-in is not known to give a script arguments or input", "`{key}` 第 {line} 行依赖 `{what}`，但没有资料表明插件会向脚本传递参数或输入"
    } help {
        "write the value into the script; `consnap scripts lint` says more", "请将值写入脚本；`consnap scripts lint` 会给出更多信息"
    };
}
