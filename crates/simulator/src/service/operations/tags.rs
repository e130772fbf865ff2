//! `TagResources`.

use super::{Call, Here, check_tags};
use crate::json::Json;
use crate::service::Simulator;
use crate::service::error::ApiError;

/// Resource types of the documents (docs/sources/api.md 4.16); of those the simulator has these four.
const TYPES: &[&str] = &["instance", "disk", "snapshot", "snapshotgroup"];

impl Simulator {
    pub(super) fn tag_resources(&mut self, call: &Call<'_>, here: Here) -> Result<Vec<u8>, ApiError> {
        let parameters = call.parameters;
        let kind = parameters.required("ResourceType")?;
        if !TYPES.contains(&kind) {
            return Err(ApiError::of("InvalidResourceType.NotFound"));
        }
        let ids = parameters.repeated("ResourceId");
        let tags = parameters.pairs("Tag");
        if ids.is_empty() {
            return Err(ApiError::missing("ResourceId"));
        }
        if tags.is_empty() {
            return Err(ApiError::missing("Tag"));
        }
        if ids.len() > 50 {
            return Err(ApiError::of("NumberExceed.ResourceIds"));
        }
        check_tags(&tags, 128)?;
        let exists = |id: &str| match kind {
            "instance" => self.world.find(id).is_some(),
            "disk" => self.world.find_disk(id).is_some(),
            "snapshot" => self.world.find_snapshot(id).is_some(),
            _ => self.world.find_group(id).is_some(),
        };
        if !here.0 || !ids.iter().all(|id| exists(id)) {
            return Err(ApiError::of("InvalidResourceId.NotFound"));
        }
        for id in ids {
            let put = self.world.extra_tags.entry(id.to_owned()).or_default();
            for (key, value) in &tags {
                put.retain(|(present, _)| present != key);
                put.push(((*key).to_owned(), (*value).to_owned()));
            }
        }
        Ok(Json::write(64, |json| json.text("RequestId", call.request_id)))
    }
}
