// Systems and disks that people have; which of them are supported, only the engine says.
import type { Platform } from "../engine";

/** Platform, title, and the name as the API gives it. */
export const SYSTEMS: [Platform, string, string][] = [
  ["linux", "Alibaba Cloud Linux 3", "Alibaba Cloud Linux  3.2104 LTS 64 bit"],
  ["linux", "Alibaba Cloud Linux 2", "Alibaba Cloud Linux  2.1903 LTS 64 bit"],
  ["linux", "CentOS 7.9", "CentOS  7.9 64 bit"],
  ["linux", "CentOS 7.5", "CentOS  7.5 64 bit"],
  ["linux", "Ubuntu 22.04", "Ubuntu  22.04 64 bit"],
  ["linux", "Debian 12", "Debian  12.13 64 bit"],
  ["windows", "Windows Server 2022", "Windows Server  2022 Data Center Edition 64bit English Edition"],
  ["windows", "Windows Server 2019", "Windows Server  2019 Data Center Edition 64bit English Edition"],
  ["windows", "Windows Server 2012 R2", "Windows Server  2012 R2 Data Center Edition 64bit English Edition"],
];
export const DISKS = ["cloud_essd", "cloud_auto", "cloud_essd_entry", "cloud_efficiency", "cloud_ssd", "local_ssd_pro"];
