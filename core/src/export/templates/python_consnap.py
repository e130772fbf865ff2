{% for line in job.head -%}
# {= line|safe =}
{% endfor -%}
import sys

import consnap

client = consnap.Client()  # credentials: environment, aliyun profile or instance role
report = client.run("job.yaml")
for sentence in report.sentences:
    print(sentence)
sys.exit(report.exit_status)
