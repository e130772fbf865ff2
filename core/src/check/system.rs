//! Reading the name of an operating system, in every spelling the API and the documents use.

use crate::base::consistency::Platform;
use crate::catalog::systems::{Family, NAMES};

/// What a name says.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct SystemName {
    pub(super) family: Family,
    pub(super) platform: Platform,
    numbers: [u32; 3],
    count: usize,
    /// A 32-bit system, which no edition lists.
    pub(super) is_32_bit: bool,
}

impl SystemName {
    /// The version, number by number; `2012 R2` counts as 2012.2.
    pub(super) fn version(&self) -> &[u32] {
        self.numbers.get(..self.count).unwrap_or_default()
    }
}

/// Reads a name. Blanks may stand doubled, as they do in recorded replies, and what follows the version (bitness,
/// edition, language, `UEFI版`, `Quick Boot`) does not matter, but for 32 bit.
pub(super) fn read_name(name: &str) -> Option<SystemName> {
    let mut words = name.split_whitespace();
    let first = words.clone().next()?;
    let row = NAMES.iter().find_map(|row| {
        // Most rows differ in their first word: no need to look for a second.
        row.words.first().filter(|word| word.eq_ignore_ascii_case(first))?;
        let mut rest = words.clone();
        let matches = row.words.iter().all(|word| rest.next().is_some_and(|found| word.eq_ignore_ascii_case(found)));
        matches.then_some((row, rest))
    });
    let (row, rest) = row?;
    words = rest;
    let mut found =
        SystemName { family: row.family, platform: row.platform, numbers: [0; 3], count: 0, is_32_bit: false };
    let mut last = "";
    for word in words {
        if found.count == 0 && word.starts_with(|first: char| first.is_ascii_digit()) {
            let rest = found.read_version(word);
            if rest.eq_ignore_ascii_case("R2") {
                found.release_2();
            } else if is_bits(rest) {
                // A bitness in the place of the version: the name has none.
                found.count = 0;
                found.is_32_bit |= word.starts_with("32");
            }
        } else if word.eq_ignore_ascii_case("R2") && found.count == 1 {
            found.release_2();
        } else if (word.strip_prefix("32").is_some_and(is_bits)) || (last == "32" && is_bits(word)) {
            found.is_32_bit = true;
        }
        last = word;
    }
    Some(found)
}

impl SystemName {
    /// Reads numbers with points between them and gives back what follows.
    fn read_version<'a>(&mut self, word: &'a str) -> &'a str {
        let mut rest = word;
        while self.count < self.numbers.len() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let Some((number, tail)) = rest.split_at_checked(digits) else { break };
            let (Ok(number), Some(place)) = (number.parse(), self.numbers.get_mut(self.count)) else { break };
            *place = number;
            self.count = self.count.saturating_add(1);
            rest = tail;
            match tail.strip_prefix('.') {
                Some(next) if next.starts_with(|first: char| first.is_ascii_digit()) => rest = next,
                _ => break,
            }
        }
        rest
    }

    fn release_2(&mut self) {
        if let Some(place) = self.numbers.get_mut(1)
            && self.count == 1
        {
            *place = 2;
            self.count = 2;
        }
    }
}

/// `位`, `bit`, `-bit`, with anything after it.
fn is_bits(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    text.starts_with('位') || text.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("bit"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Family::{
        AlibabaCloudLinux, CentOs, CentOsStream, NeverListed, Ubuntu, WindowsServer, WindowsServerSemiAnnual,
    };

    #[track_caller]
    fn reads(name: &str, family: Family, version: &[u32]) {
        let found = read_name(name).unwrap_or_else(|| panic!("`{name}` is not recognised"));
        assert_eq!((found.family, found.version()), (family, version), "{name}");
        assert!(!found.is_32_bit, "{name}");
    }

    /// Every string of docs/sources/feature.md 7.2, both languages.
    #[test]
    fn recorded_and_documented_names() {
        for name in [
            "Alibaba Cloud Linux  3.2104 LTS 64位",
            "Alibaba Cloud Linux  3.2104 LTS 64 bit",
            "Alibaba Cloud Linux  3.2104 LTS 64位 UEFI版",
            "Alibaba Cloud Linux  3.2104 LTS 64 bit UEFI Edition",
            "Alibaba Cloud Linux  3.2104 LTS 64位 ARM版",
            "Alibaba Cloud Linux  3.2104 LTS 64位 容器优化版",
        ] {
            reads(name, AlibabaCloudLinux, &[3, 2104]);
        }
        reads("Alibaba Cloud Linux  3 Pro 64位 等保2.0三级版", AlibabaCloudLinux, &[3]);
        for name in [
            "Alibaba Cloud Linux  2.1903 LTS 64位",
            "Alibaba Cloud Linux  2.1903 LTS 64 bit Quick Boot",
            "Alibaba Cloud Linux 2.1903 LTS 64 bit",
            "Aliyun Linux  2.1903 64位",
            "Alibaba Cloud Linux  2.1903 LTS 64位 快速启动版",
            "ALIBABA CLOUD LINUX\t2.1903\u{a0}LTS\u{3000}64-bit",
        ] {
            reads(name, AlibabaCloudLinux, &[2, 1903]);
        }
        reads("Alibaba Cloud Linux  4 LTS 64位", AlibabaCloudLinux, &[4]);
        reads("CentOS  7.6 64位", CentOs, &[7, 6]);
        reads("CentOS  7.9 64 bit", CentOs, &[7, 9]);
        reads("CentOS  6.10 64位", CentOs, &[6, 10]);
        reads("CentOS 8.0 64位", CentOs, &[8, 0]);
        reads("CentOS Linux 7.9.2009", CentOs, &[7, 9, 2009]);
        reads("CentOS Stream 9 64 位", CentOsStream, &[9]);
        reads("CentOS Stream 9", CentOsStream, &[9]);
        reads("Ubuntu  18.04 64位", Ubuntu, &[18, 4]);
        reads("Ubuntu  22.04 64位 UEFI版", Ubuntu, &[22, 4]);
        reads("Ubuntu  22.04 64 bit UEFI Edition", Ubuntu, &[22, 4]);
        reads("Ubuntu 24.04 LTS 64 位", Ubuntu, &[24, 4]);
        for name in [
            "Debian  9.2 64位",
            "Debian 10.10 64-bit (UEFI)",
            "Rocky Linux 8.8 64位",
            "AlmaLinux 9.6 64 位 ARM 版",
            "Anolis OS  8.4 RHCK 64位",
            "Red Hat Enterprise Linux 9.4 64 位 x86",
            "SUSE Linux  Enterprise Server 12 SP4 64位",
            "OpenSUSE  42.3 64位",
            "Fedora CoreOS 34.20210529.3.0_3",
            "CoreOS  1745.7.0 64位",
            "FreeBSD  11.2 64位",
        ] {
            assert_eq!(read_name(name).map(|found| found.family), Some(NeverListed), "{name}");
        }
        reads("Windows Server  2022 数据中心版 64位中文版", WindowsServer, &[2022]);
        reads("Windows Server  2022 DataCenter Edition 64bit Chinese Edition", WindowsServer, &[2022]);
        reads("Windows Server  2019 Data Center Edition 64bit Chinese Edition", WindowsServer, &[2019]);
        reads("Windows Server  2016 Datacenter 64-bit (Simplified Chinese)", WindowsServer, &[2016]);
        reads("Windows Server  2012 R2 数据中心版 64位英文版", WindowsServer, &[2012, 2]);
        reads("Windows Server  2012  R2 数据中心版 64位中文版", WindowsServer, &[2012, 2]);
        reads("Windows Server 2012R2 64bit", WindowsServer, &[2012, 2]);
        reads("Windows Server  2012 数据中心版 64位", WindowsServer, &[2012]);
        reads("Windows Server  2008 R2 企业版 64位中文版", WindowsServer, &[2008, 2]);
        reads("Windows Server 2025 数据中心版 64 位中文版", WindowsServer, &[2025]);
        reads("Windows Server 2022 with Container 数据中心版 64 位中文版", WindowsServer, &[2022]);
        reads("Windows Server  Version 1903 数据中心版 64位中文版（不含UI）", WindowsServerSemiAnnual, &[1903]);
    }

    #[test]
    fn bitness_and_strangers() {
        for name in [
            "Ubuntu  18.04 32位",
            "Ubuntu 18.04 32 bit",
            "Ubuntu 18.04 32-bit",
            "Windows Server  2008 标准版 SP2 32位中文版",
        ] {
            assert!(read_name(name).is_some_and(|found| found.is_32_bit), "{name}");
        }
        reads("CentOS 64位", CentOs, &[]);
        for name in
            ["", "  ", "Others Linux", "Customized Linux", "Linux", "Windows", "CentOSX 7.9", "Ubuntu18.04", "系统"]
        {
            assert_eq!(read_name(name), None, "{name}");
        }
        // Numbers beyond any version are no version.
        reads("CentOS 99999999999999999999.1", CentOs, &[]);
    }
}
