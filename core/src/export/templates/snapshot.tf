{% for line in job.head -%}
# {= line|safe =}
{% endfor -%}
# Sets up the OOS template of the snapshots, and the role it works with. Applying it starts no snapshot, now or later: a resource
# that runs a command is made anew when it is tainted or its record expires, and would freeze the applications unasked. Start it:
#   aliyun oos StartExecution --RegionId {= job.region|safe =} --TemplateName consnap-snapshot
# What it leaves behind: executions and snapshots stay when the template is destroyed. Which consistency was reached, only the tags
# of the snapshots tell: `consnap audit` reads them.

terraform {
  required_providers {
    alicloud = {
      source  = "aliyun/alicloud"
      version = ">= 1.252.0"
    }
  }
}

provider "alicloud" {
  region = {= job.region =}
}

resource "alicloud_oos_template" "snapshot" {
  template_name = "consnap-snapshot"
  content       = file("${path.module}/snapshot.oos.yaml")
}

resource "alicloud_ram_role" "snapshot" {
  role_name                   = "OOSServiceRole"
  description                 = "What OOS starts snapshots with"
  assume_role_policy_document = file("${path.module}/oos-role-trust.json")
}

resource "alicloud_ram_policy" "snapshot" {
  policy_name     = "ConsnapOos"
  policy_document = file("${path.module}/oos-role-policy.json")
}

resource "alicloud_ram_role_policy_attachment" "snapshot" {
  role_name   = alicloud_ram_role.snapshot.role_name
  policy_name = alicloud_ram_policy.snapshot.policy_name
  policy_type = "Custom"
}
