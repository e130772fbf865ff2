//! Codes of SendFile, which consnap sends for jobs that upload their scripts (`linux.upload`).

use super::{ApiErrorRow, RetryClass, Scope, api_errors};
use crate::diagnostics::text::Text;

api_errors! {
    "send-file: scripts that are uploaded" {
        "FileContent.DecodeError" Never Batch
            ("the Base64 of the file cannot be decoded", "文件内容的 Base64 无法解码")
            => Text::new("send the script again with `ContentType=Base64` and whole content", "请以 `ContentType=Base64` 重新发送完整的脚本内容");
        "FileContentType.Invalid" Never Batch
            ("the content type is neither PlainText nor Base64", "文件内容类型既不是 PlainText 也不是 Base64")
            => Text::new("use `PlainText` or `Base64`", "请使用 `PlainText` 或 `Base64`");
        "FileMode.Invalid" Never Batch
            ("the mode of the file is not octal", "文件权限不是有效的八进制数")
            => Text::new("use `0700`: the plug-in runs scripts of this mode only", "请使用 `0700`：云助手插件只执行该权限的脚本");
        "FileTargetDir.Invalid" Never Batch
            ("the target directory is not valid", "目标目录无效")
            => Text::new("give an absolute path without a trailing blank", "请使用绝对路径，末尾不要有空格");
        "FileName.ExceedLimit" Never Batch
            ("the name of the file is too long", "文件名过长")
            => Text::new("use at most 255 characters", "请不要超过 255 个字符");
        "FileDesc.ExceedLimit" Never Batch
            ("the description of the file is too long", "文件描述过长")
            => Text::new("use at most 512 characters", "请不要超过 512 个字符");
        "FileSize.ExceedLimit" Never Batch
            ("the file is larger than 32 KB in Base64", "文件的 Base64 编码超过 32 KB")
            => Text::new("shorten the script, or put it on the instance in another way", "请缩短脚本，或以其他方式放到实例上");
        "InvalidParameter.FileOwner" Never Batch
            ("the owner of the file is not valid", "文件所有者无效")
            => Text::new("use `root`: the plug-in runs scripts of root only", "请使用 `root`：云助手插件只执行所有者为 root 的脚本");
        "InvalidParameter.FileGroup" Never Batch
            ("the group of the file is not valid", "文件用户组无效")
            => Text::new("use `root`", "请使用 `root`");
    }
}
