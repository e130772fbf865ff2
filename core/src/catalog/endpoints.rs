//! Regions and the hosts that answer for them.
//!
//! Source: endpoint map of the official SDK for ECS API 2014-05-26 and the vendor's API metadata (docs/sources/api.md
//! 5.6). Where the
//! CLI's older table differs (C14, C18), the SDK's is taken.

use serde::Serialize;

/// A region.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RegionRow {
    /// `cn-hangzhou`.
    pub region: &'static str,
    /// The host of ECS on the internet, where it does not follow the rule `ecs.REGION.aliyuncs.com`.
    pub ecs_host: Option<&'static str>,
}

/// A region whose host follows the rule.
const fn regular(region: &'static str) -> RegionRow {
    RegionRow { region, ecs_host: None }
}

/// A region with a host of its own.
const fn special(region: &'static str, host: &'static str) -> RegionRow {
    RegionRow { region, ecs_host: Some(host) }
}

/// All regions known to this version, by name.
pub static ROWS: &[RegionRow] = &[
    regular("ap-northeast-1"),
    regular("ap-northeast-2"),
    regular("ap-south-1"),
    regular("ap-southeast-1"),
    regular("ap-southeast-2"),
    regular("ap-southeast-3"),
    regular("ap-southeast-5"),
    regular("ap-southeast-6"),
    regular("ap-southeast-7"),
    regular("ap-southeast-8"),
    regular("cn-beijing"),
    regular("cn-beijing-finance-1"),
    regular("cn-chengdu"),
    regular("cn-fuzhou"),
    regular("cn-guangzhou"),
    special("cn-hangzhou", "ecs-cn-hangzhou.aliyuncs.com"),
    special("cn-hangzhou-finance", "ecs.aliyuncs.com"),
    regular("cn-heyuan"),
    regular("cn-heyuan-acdr-1"),
    regular("cn-hongkong"),
    regular("cn-huhehaote"),
    regular("cn-nanjing"),
    special("cn-north-2-gov-1", "ecs.aliyuncs.com"),
    regular("cn-qingdao"),
    regular("cn-shanghai"),
    special("cn-shanghai-finance-1", "ecs-cn-hangzhou.aliyuncs.com"),
    regular("cn-shenzhen"),
    special("cn-shenzhen-finance-1", "ecs-cn-hangzhou.aliyuncs.com"),
    regular("cn-wuhan-lr"),
    regular("cn-wulanchabu"),
    regular("cn-zhangjiakou"),
    regular("cn-zhengzhou-jva"),
    regular("cn-zhongwei"),
    regular("eu-central-1"),
    regular("eu-west-1"),
    regular("eu-west-2"),
    regular("me-central-1"),
    regular("me-east-1"),
    regular("na-south-1"),
    regular("us-east-1"),
    regular("us-southeast-1"),
    regular("us-west-1"),
];

/// The metadata service, which each instance asks about itself (docs/sources/api.md 6.4).
pub static METADATA_HOST: &str = "100.100.100.200";

/// The host of STS on the internet. Regional hosts exist, but not proven for each region; this one serves all.
pub static STS_HOST: &str = "sts.aliyuncs.com";

/// The row of a region; `None` when this version does not know it.
pub fn find(region: &str) -> Option<&'static RegionRow> {
    ROWS.iter().find(|row| row.region == region)
}

/// The known region whose name is most like the given one.
pub fn nearest(region: &str) -> &'static str {
    let likeness = |row: &&RegionRow| strsim::jaro_winkler(row.region, region).to_bits();
    ROWS.iter().max_by_key(likeness).map_or("cn-hangzhou", |row| row.region)
}

impl RegionRow {
    /// The host of ECS on the internet.
    pub fn ecs(&self) -> String {
        self.ecs_host.map_or_else(|| format!("ecs.{}.aliyuncs.com", self.region), str::to_owned)
    }

    /// The host of ECS inside a VPC of the region.
    pub fn ecs_in_vpc(&self) -> String {
        format!("ecs-vpc.{}.aliyuncs.com", self.region)
    }

    /// The host of STS inside a VPC of the region.
    pub fn sts_in_vpc(&self) -> String {
        format!("sts-vpc.{}.aliyuncs.com", self.region)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_in_order_and_found() {
        assert!(ROWS.windows(2).all(|pair| pair[0].region < pair[1].region));
        assert_eq!(find("cn-hangzhou").unwrap().ecs(), "ecs-cn-hangzhou.aliyuncs.com");
        assert_eq!(find("cn-beijing").unwrap().ecs(), "ecs.cn-beijing.aliyuncs.com");
        assert_eq!(find("cn-hangzhou").unwrap().ecs_in_vpc(), "ecs-vpc.cn-hangzhou.aliyuncs.com");
        assert_eq!(find("cn-hangzou"), None);
        assert_eq!(nearest("cn-hangzou"), "cn-hangzhou");
        assert_eq!(nearest("cn_beijing"), "cn-beijing");
    }
}
