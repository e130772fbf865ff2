{% for line in job.head -%}
// {= line|safe =}
{% endfor %}
// Starts app-consistent snapshots and waits for the commands. It ends with
//
//	0  every command succeeded
//	1  a command failed, or instances were left out after too many failures
//	2  the instances are not those the job expects; nothing was started
//	4  a result is unknown: look at it before anything is started again
//
// Which consistency was reached, only the tags of the snapshots tell: `consnap audit` reads them.
package main

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/ecs"
)

const (
	region  = {= job.region =}
	command = {= job.command =}
	// Of each command, in seconds.
	timeout = {= job.timeout_seconds|safe =}
	// Instances of the first wave, which must go well, and of each further one.
	canary      = {= job.canary|safe =}
	maxInFlight = {= job.wave|safe =}
	fewest      = {= job.selection.expect.0|safe =}
	most        = {= job.selection.expect.1|safe =}
)

var (
	ids          = []string{{% for id in job.instances %}{% if !loop.first %}, {% endif %}{= id =}{% endfor %}}
	tags         = map[string]string{{% for (key, value) in job.selection.tags %}{% if !loop.first %}, {% endif %}{= key =}: {= value =}{% endfor %}}
	excludedIDs  = map[string]bool{{% for id in job.selection.without %}{% if !loop.first %}, {% endif %}{= id =}: true{% endfor %}}
	excludedTags = map[string]string{{% for (key, value) in job.selection.without_tags %}{% if !loop.first %}, {% endif %}{= key =}: {= value =}{% endfor %}}
	running      = map[string]bool{"Pending": true, "Scheduled": true, "Running": true, "Stopping": true}
)

// Instances that leave disks out.
var ownCommands = map[string]string{
{%- for share in job.own %}{% for id in share.instances %}
	{= id =}: {= share.command =},
{%- endfor %}{% endfor %}
{%- if !job.own.is_empty() %}
{% endif %}}

func main() {
	client, err := ecs.NewClientWithAccessKey(region, os.Getenv("ALIBABA_CLOUD_ACCESS_KEY_ID"), os.Getenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET"))
	if err != nil {
		log.Fatal(err)
	}
	selected := choose(client)
	count := len(selected)
	if count < fewest || count > most {
		log.Printf("%d instances are not what the job expects; nothing was started", count)
		os.Exit(2)
	}
	maxErrors := {% match job.max_errors %}{% when MaxErrors::Count(count) %}{= count|safe =}{% when MaxErrors::Percent(percent) %}count * {= percent|safe =} / 100{% endmatch %}
	random := make([]byte, 4)
	if _, err := rand.Read(random); err != nil {
		log.Fatal(err)
	}
	now := time.Now().UTC()
	named := strings.NewReplacer("RUNID000", hex.EncodeToString(random), "DATE0000", now.Format("20060102"), "TIME00", now.Format("150405"))

	failed, unknown, at := 0, 0, 0
	size, bearable := canary, 0
	if canary == 0 {
		size, bearable = maxInFlight, maxErrors
	}
	for at < count && failed+unknown <= bearable {
		end := at + size
		if end > count {
			end = count
		}
		byCommand := map[string][]string{}
		for _, id := range selected[at:end] {
			text, own := ownCommands[id]
			if !own {
				text = command
			}
			byCommand[text] = append(byCommand[text], id)
		}
		started := map[string]int{}
		for text, instances := range byCommand {
			invokeID, err := start(client, named.Replace(text), instances)
			if err != nil {
				log.Printf("it is not known whether the command was started on %v: %v", instances, err)
				unknown += len(instances)
				continue
			}
			started[invokeID] = len(instances)
		}
		for invokeID, instances := range started {
			results := wait(client, invokeID, instances)
			for _, result := range results {
				fmt.Println(result.InstanceId, result.InvocationStatus, result.ExitCode, result.ErrorCode)
				fmt.Println(result.Output)
				if result.InvocationStatus != "Success" || result.ExitCode != 0 {
					failed++
				}
			}
			unknown += instances - len(results)
		}
		at = end
		if failed+unknown > bearable {
			break
		}
		size, bearable = maxInFlight, maxErrors
	}
	fmt.Printf("%d instances: %d failed, %d unknown, %d not started\n", count, failed, unknown, count-at)
	if unknown > 0 {
		os.Exit(4)
	}
	if failed > 0 || at < count {
		os.Exit(1)
	}
}

// choose gives the ids of the instances. The service filters; a filter that it ignores must not widen the selection.
func choose(client *ecs.Client) []string {
	if len(ids) > 0 && len(excludedTags) == 0 {
		return ids
	}
	var found []ecs.Instance
	for at := 0; at < len(ids); at += 100 {
		end := at + 100
		if end > len(ids) {
			end = len(ids)
		}
		page, err := json.Marshal(ids[at:end])
		if err != nil {
			log.Fatal(err)
		}
		found = append(found, describe(client, string(page))...)
	}
	if len(ids) == 0 {
		found = describe(client, "")
	} else if len(found) != len(ids) {
		log.Print("some of the instances were not found; nothing was started")
		os.Exit(2)
	}
	var selected []string
	for _, instance := range found {
		has := map[string]string{}
		for _, tag := range instance.Tags.Tag {
			has[tag.TagKey] = tag.TagValue
		}
		wanted := !excludedIDs[instance.InstanceId]
		for key, value := range tags {
			got, there := has[key]
			wanted = wanted && there && got == value
		}
		for key, value := range excludedTags {
			got, there := has[key]
			wanted = wanted && !(there && got == value)
		}
		if wanted {
			selected = append(selected, instance.InstanceId)
		}
	}
	return selected
}

// describe gives the instances of all pages: those of the list of ids, or those with the tags.
func describe(client *ecs.Client, list string) (found []ecs.Instance) {
	request := ecs.CreateDescribeInstancesRequest()
	request.Scheme = "https"
	request.MaxResults = requests.NewInteger(100)
	request.InstanceIds = list
	if list == "" && len(tags) > 0 {
		var filter []ecs.DescribeInstancesTag
		for key, value := range tags {
			filter = append(filter, ecs.DescribeInstancesTag{Key: key, Value: value})
		}
		request.Tag = &filter
	}
	for {
		response, err := client.DescribeInstances(request)
		if err != nil {
			log.Fatal(err)
		}
		found = append(found, response.Instances.Instance...)
		if response.NextToken == "" {
			return found
		}
		request.NextToken = response.NextToken
	}
}

func start(client *ecs.Client, text string, instances []string) (string, error) {
	request := ecs.CreateRunCommandRequest()
	request.Scheme = "https"
	request.Type = {= job.command_type =}
	request.CommandContent = base64.StdEncoding.EncodeToString([]byte(text))
	request.ContentEncoding = "Base64"
	request.EnableParameter = requests.NewBoolean(false)
	request.KeepCommand = requests.NewBoolean(false)
	request.Timeout = requests.NewInteger(timeout)
	request.InstanceId = &instances
	response, err := client.RunCommand(request)
	if err != nil {
		return "", err
	}
	return response.InvokeId, nil
}

// wait gives the results that are there at the end. One page holds 50, and no invocation has more.
func wait(client *ecs.Client, invokeID string, count int) (ended []ecs.InvocationResult) {
	deadline := time.Now().Add((timeout + 60) * time.Second)
	request := ecs.CreateDescribeInvocationResultsRequest()
	request.Scheme = "https"
	request.InvokeId = invokeID
	request.PageSize = requests.NewInteger(50)
	request.ContentEncoding = "PlainText"
	for {
		if response, err := client.DescribeInvocationResults(request); err != nil {
			log.Printf("%s cannot be read: %v", invokeID, err)
		} else {
			ended = nil
			for _, result := range response.Invocation.InvocationResults.InvocationResult {
				if !running[result.InvocationStatus] {
					ended = append(ended, result)
				}
			}
		}
		if len(ended) == count || time.Now().After(deadline) {
			return ended
		}
		time.Sleep(5 * time.Second)
	}
}
