//! `DescribeCloudAssistantStatus`.

use super::{Call, Here};
use crate::json::Json;
use crate::service::Simulator;
use crate::service::error::ApiError;
use crate::service::paging::{Page, PageRules};
use consnap_core::{Platform, Time};

const PAGES: PageRules = PageRules {
    operation: "DescribeCloudAssistantStatus",
    max_results: 50,
    min_results: 1,
    max_page_size: 50,
    strict: true,
};

impl Simulator {
    pub(super) fn describe_cloud_assistant_status(&self, call: &Call<'_>, here: Here) -> Result<Vec<u8>, ApiError> {
        let parameters = call.parameters;
        let page = Page::read(PAGES, parameters)?;
        let ids = parameters.repeated("InstanceId");
        if ids.len() > 100 {
            return Err(ApiError::of("InstanceIds.ExceedLimit"));
        }
        let system = parameters.filter("OSType");
        let matches = |position: u32| {
            let instance = self.world.instance(position)?;
            system.is_none_or(|system| system_name(instance.spec.platform) == system).then_some(instance)
        };
        let (found, token, total) = if ids.is_empty() {
            page.scan(here.places(self.world.instances.len()), |place| matches(u32::try_from(place).ok()?))
        } else {
            // All of them at once: with ids, sizes do not count.
            let positions: Option<Vec<u32>> = ids.iter().map(|id| here.find(self.world.find(id))).collect();
            let positions = positions.ok_or_else(|| ApiError::of("InvalidInstance.NotFound"))?;
            let found: Vec<_> = positions.into_iter().filter_map(matches).collect();
            let count = found.len();
            (found, String::new(), count)
        };
        Ok(Json::write(256 + found.len() * 340, |json| {
            json.text("RequestId", call.request_id);
            json.count("TotalCount", total);
            json.number("PageNumber", page.number);
            json.count("PageSize", page.size);
            json.text("NextToken", &token);
            json.list("InstanceCloudAssistantStatusSet", "InstanceCloudAssistantStatus", found, |json, instance| {
                let assistant = &instance.spec.cloud_assistant;
                let online = assistant.online && assistant.installed && instance.spec.status == "Running";
                let version = match (assistant.installed, assistant.version.as_str(), instance.spec.platform) {
                    (false, ..) => "",
                    (true, "", Platform::Linux) => "2.2.3.1090",
                    (true, "", Platform::Windows) => "2.1.3.1090",
                    (true, version, _) => version,
                };
                let heartbeat = if assistant.installed {
                    let age = i64::from(assistant.heartbeat_age_seconds) * 1000;
                    Time::from_millis(call.now.millis().saturating_sub(age)).to_wire()
                } else {
                    String::new()
                };
                let past = instance.past.as_deref();
                json.text("InstanceId", &instance.id);
                // Text, as interface and SDK declare it (docs/sources/feature.md 11 C13).
                json.text("CloudAssistantStatus", if online { "true" } else { "false" });
                json.text("CloudAssistantVersion", version);
                json.text("OSType", system_name(instance.spec.platform));
                json.number("ActiveTaskCount", u32::from(past.is_some_and(|past| past.busy_until > call.now)));
                json.number("InvocationCount", past.map_or(0, |past| past.commands));
                json.flag("SupportSessionManager", true);
                json.text("LastHeartbeatTime", &heartbeat);
                json.text("LastInvokedTime", &past.map_or_else(String::new, |past| past.last_invoked.to_wire()));
            });
        }))
    }
}

/// Capitalised here, unlike in `DescribeInstances` (docs/sources/api.md 4.10).
const fn system_name(platform: Platform) -> &'static str {
    match platform {
        Platform::Linux => "Linux",
        Platform::Windows => "Windows",
    }
}
