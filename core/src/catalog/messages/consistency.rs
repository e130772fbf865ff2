//! Rows `CS3xx`: which consistency this will give, or gave.

messages! {
    UNKNOWN_FITNESS = "CS300", Advice, "consnap": {
        "the consistency cannot be predicted: facts about the instance are missing",
        "无法预测一致性级别：缺少该实例的信息"
    } help {
        "collect the missing facts named by the other findings", "请补齐其他检查结果中指出的缺失信息"
    };
}
