# consnap guest probe: looks, writes nothing, starts nothing. Each line of its answer is a word and KEY=VALUE pairs;
# the last one counts the lines, so that an answer that was cut is known as cut.
$ErrorActionPreference = 'SilentlyContinue'
$ProgressPreference = 'SilentlyContinue'
$script:lines = 0

function Say([string]$line) {
    $script:lines++
    [Console]::Out.Write($line + "`n")
}

# Printable ASCII as it is, all else as octal escapes of UTF-8: no code page of a console can change it.
function Encode([string]$text) {
    $out = New-Object System.Text.StringBuilder
    foreach ($byte in [System.Text.Encoding]::UTF8.GetBytes($text)) {
        if ($byte -gt 32 -and $byte -lt 127 -and $byte -ne 92) {
            [void]$out.Append([char]$byte)
        } else {
            [void]$out.Append('\' + [Convert]::ToString($byte, 8).PadLeft(3, '0'))
        }
    }
    $out.ToString()
}

function Plain([string]$text) { $text -match '\A[A-Za-z0-9._:!-]+\z' }

function Versions([string]$word, [string]$folder) {
    Get-ChildItem -LiteralPath $folder | Where-Object { $_.PSIsContainer -and $_.Name -match '\A[0-9]' -and (Plain $_.Name) } |
        ForEach-Object { Say ($word + ' version=' + $_.Name) }
}

function Processes {
    $running = Get-Process
    $seen = if ($running) { 'yes' } else { 'no' }
    $plugins = @($running | Where-Object { $_.ProcessName -like 'app-snapshot-plugin*' }).Count
    Say "processes seen=$seen fsfreezer=0 plugin=$plugins"
}

# Asks one path of the metadata service; gives status and text. Nothing secret is asked for, and no token is made.
function Ask([string]$path) {
    try {
        $request = [System.Net.WebRequest]::Create('http://100.100.100.200/latest/meta-data/' + $path)
        $request.Proxy = $null
        $request.Timeout = 3000
        $response = $request.GetResponse()
        $reader = New-Object System.IO.StreamReader($response.GetResponseStream())
        $text = $reader.ReadToEnd().Trim()
        $response.Close()
        return @(200, $text)
    } catch {
        $failure = $_.Exception
        while ($failure -and -not ($failure -is [System.Net.WebException])) { $failure = $failure.InnerException }
        if ($failure -and $failure.Response) { return @([int]$failure.Response.StatusCode, '') }
        return @(0, '')
    }
}

function Metadata {
    $instance = ''
    $role = 'unknown'
    $answer = Ask 'instance-id'
    $reachable = if (200, 401, 403 -contains $answer[0]) { 'yes' } else { 'no' }
    if (Plain $answer[1]) { $instance = $answer[1] }
    if ($reachable -eq 'yes') {
        $answer = Ask 'ram/security-credentials/'
        if ($answer[0] -eq 404) { $role = 'none' }
        if ($answer[0] -eq 200 -and (Plain $answer[1])) { $role = 'name:' + $answer[1] }
    }
    Say "metadata reachable=$reachable instance=$instance role=$role"
}

function Disks {
    Get-Disk | ForEach-Object {
        $serial = ([string]$_.SerialNumber).Trim()
        if (-not (Plain $serial)) { $serial = '' }
        Say ('disk name=' + $_.Number + ' serial=' + $serial)
    }
}

function Volumes {
    $volumes = @(Get-Volume | Where-Object { $_.FileSystem })
    if ($volumes.Count -eq 0) { Say 'mounts seen=no listed=0 hidden=0'; return }
    $disks = @{}
    $targets = @{}
    Get-Partition | ForEach-Object {
        $partition = $_
        $paths = @($partition.AccessPaths)
        $name = $paths | Where-Object { $_ -like '\\?\Volume*' } | Select-Object -First 1
        if ($name) {
            $disks[$name] = [string]$partition.DiskNumber
            $targets[$name] = @($paths | Where-Object { $_ -notlike '\\?\Volume*' } | ForEach-Object { $_.TrimEnd('\') })
        }
    }
    $listed = 0
    foreach ($volume in $volumes) {
        $name = if ($volume.Path) { $volume.Path } else { $volume.ObjectId }
        $places = @($targets[$name] | Where-Object { $_ })
        if ($places.Count -eq 0) { $places = @($(if ($volume.DriveLetter) { [string]$volume.DriveLetter + ':' } else { '' })) }
        foreach ($place in $places) {
            if ($listed -ge 120) { Say "mounts seen=part listed=$listed hidden=0"; return }
            $listed++
            Say ('mount target=' + (Encode $place) + ' type=' + (Encode $volume.FileSystem) + ' options= source=' + (Encode $name) + ' disks=' + $disks[$name])
        }
    }
    Say "mounts seen=yes listed=$listed hidden=0"
}

# The words of vssadmin are translated. What tells a writer is the id in braces, which no language changes: its name stands in
# the line before, in quotes of that language, the number of its state in brackets below, and its last error in the line after.
function Writers {
    $count = 0
    $id = $null
    $name = ''
    $state = ''
    $before = ''
    foreach ($line in @(vssadmin.exe list writers)) {
        $text = ([string]$line).Trim()
        if ($text -eq '') { continue }
        if ($null -eq $id -and $text -match '\{([0-9A-Fa-f-]{36})\}') {
            $id = $Matches[1]
            $name = ($before -replace '\A[^:\uFF1A]*[:\uFF1A]\s*', '').Trim([char[]](34, 39, 0x2018, 0x2019, 0x201C, 0x201D, 0xAB, 0xBB, 32, 160))
        } elseif ($id -and $state -eq '' -and $text -match '\[(\d+)\]') {
            $state = $Matches[1]
        } elseif ($id -and $state -ne '') {
            $failure = ($text -replace '\A[^:\uFF1A]*[:\uFF1A]\s*', '').Trim()
            $count++
            Say ('writer state=' + $state + ' name=' + (Encode $name) + ' id=' + $id + ' error=' + (Encode $failure))
            $id = $null
            $state = ''
        }
        $before = $text
    }
    $seen = if ($LASTEXITCODE -eq 0) { 'yes' } else { 'no' }
    Say "writers seen=$seen listed=$count"
}

# Which products keep data here: their services, by names and states that no language changes.
function Services {
    $all = @(Get-Service)
    $names = 'MSSQLSERVER', 'MSSQL$*', 'MSExchangeIS', 'vmms', 'NTDS', 'OracleService*', 'OSearch*', 'SPTimerV*', 'SPSearch*',
        'MySQL*', 'MariaDB*', 'postgresql*', 'MongoDB*', 'Redis*', 'elasticsearch*'
    $count = 0
    foreach ($service in $all) {
        $name = [string]$service.Name
        $isOne = @($names | Where-Object { $name -like $_ }).Count -gt 0
        if ($isOne -and [int]$service.Status -eq 4 -and $count -lt 60) {
            $count++
            Say ('service name=' + (Encode $name))
        }
    }
    $seen = if ($all.Count -gt 0) { 'yes' } else { 'no' }
    Say "services seen=$seen listed=$count"
}

Say 'consnap-probe format=1 platform=windows'
$launcher = if (Get-Command acs-plugin-manager) { 'yes' } else { 'no' }
Say "launcher present=$launcher"
Versions 'agent' "$env:ProgramData\aliyun\assist"
Versions 'plugin' "$env:ProgramData\aliyun\assist\plugin\app-snapshot-plugin-win"
Processes
Metadata
Disks
Volumes
Writers
Services
Say ('end lines=' + ($script:lines + 1))
