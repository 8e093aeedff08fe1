using System.Diagnostics;
using System.Text.Json;
using Counterfoil.Evidence.Verification;
using Counterfoil.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Counterfoil.Story.Tests;

/// <summary>The verifier, published for WebAssembly, says in Chromium what it says here: the same verdict, link by link.</summary>
public sealed class BrowserTests(BrowserTests.Site site) : IClassFixture<BrowserTests.Site>
{
    [Fact]
    public async Task The_demos_bundle_is_accepted_in_chromium_under_its_policy()
    {
        var report = await site.VerifyAsync("case.bundle", "case.policy");
        Assert.Equal("ACCEPT", report.GetProperty("verdict").GetString());
        var here = BundleVerifier.Verify(site.File("case.bundle"), site.File("case.policy"));
        Assert.Equal(
            here.Links.Select(l => $"{l.Type!.Name} ACCEPT {l.Digest}"),
            report.GetProperty("links").EnumerateArray().Select(l => $"{l.GetProperty("type").GetString()} {l.GetProperty("verdict").GetString()} {l.GetProperty("digest").GetString()}"));
        Assert.Equal(here.PolicyDigest.ToString(), report.GetProperty("policyDigest").GetString());
    }

    [Fact]
    public async Task Without_a_policy_chromium_cannot_tell_either()
    {
        var report = await site.VerifyAsync("case.bundle", null);
        Assert.Equal("UNVERIFIABLE", report.GetProperty("verdict").GetString());
        Assert.Equal("policy.signer", report.GetProperty("check").GetString());
    }

    [Fact]
    public async Task A_changed_proof_is_rejected_in_chromium_by_the_check_that_rejects_it_here()
    {
        byte[] changed = site.File("case.bundle").ToArray();
        changed[changed.Length / 2] ^= 1; // in the largest blob: the inference proof
        site.Add("changed.bundle", changed);
        var report = await site.VerifyAsync("changed.bundle", "case.policy");
        var here = Assert.IsType<Core.Verdicts.Verdict.Rejected>(BundleVerifier.Verify(changed, site.File("case.policy")).Verdict);
        Assert.Equal("REJECT", report.GetProperty("verdict").GetString());
        Assert.Equal(here.Reason.Check.Id, report.GetProperty("check").GetString());
    }

    /// <summary>The published page and a demo's files on loopback, and a Chromium to visit them.</summary>
    public sealed class Site : IAsyncLifetime
    {
        readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("counterfoil-browser-");
        readonly Dictionary<string, byte[]> files = [];
        TaskCompletionSource<JsonElement> answered = new();
        WebApplication? app;
        string chromium = "";

        public ReadOnlyMemory<byte> File(string name) => files[name];

        public void Add(string name, byte[] content) => files[name] = content;

        public async ValueTask InitializeAsync()
        {
            chromium = Surroundings.Tool("chromium");
            string page = Path.Combine(folder.FullName, "page");
            await RunAsync("dotnet", "publish", Path.Combine(Surroundings.Root, "src", "Counterfoil.Explorer"), "-c", "Release", "-o", page, "-v", "q", "--nologo");
            await RunAsync(Path.Combine(AppContext.BaseDirectory, "counterfoil"), "demo", "--home", Path.Combine(folder.FullName, "home"), "--out", Path.Combine(folder.FullName, "case.bundle"));
            foreach (string name in new[] { "case.bundle", "case.policy" }) files[name] = await System.IO.File.ReadAllBytesAsync(Path.Combine(folder.FullName, name));

            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            app = builder.Build();
            string root = Path.Combine(page, "wwwroot");
            app.MapPost("/report", async (HttpRequest request) => answered.TrySetResult((await JsonDocument.ParseAsync(request.Body)).RootElement));
            app.MapGet("/files/{name}", (string name) => Results.Bytes(files[name]));
            app.MapGet("/{**path}", async (string? path) =>
            {
                string file = Path.Combine(root, string.IsNullOrEmpty(path) ? "index.html" : path);
                if (!System.IO.File.Exists(file)) return Results.NotFound();
                byte[] content = await System.IO.File.ReadAllBytesAsync(file);
                // The page as it is, and one line of the test's own that sends home what the page says.
                if (file.EndsWith("index.html", StringComparison.Ordinal))
                    content = [.. content, .. "<script>addEventListener('verified', e => fetch('/report', { method: 'POST', body: JSON.stringify(e.detail) }))</script>"u8];
                return Results.Bytes(content, Path.GetExtension(file) switch { ".html" => "text/html", ".js" => "text/javascript", ".wasm" => "application/wasm", ".json" => "application/json", _ => "application/octet-stream" });
            });
            await app.StartAsync();
        }

        /// <summary>What the page says of these files.</summary>
        public async Task<JsonElement> VerifyAsync(string bundle, string? policy)
        {
            answered = new();
            string address = $"{app!.Urls.First()}/?bundle=/files/{bundle}{(policy is null ? "" : $"&policy=/files/{policy}")}";
            using var browser = Process.Start(new ProcessStartInfo(chromium,
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                $"--user-data-dir={Directory.CreateDirectory(Path.Combine(folder.FullName, Guid.NewGuid().ToString("N"))).FullName}", "--remote-debugging-port=0", address,
            ]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            _ = browser.StandardError.ReadToEndAsync();
            _ = browser.StandardOutput.ReadToEndAsync();
            try
            {
                return await answered.Task.WaitAsync(TimeSpan.FromMinutes(2));
            }
            finally
            {
                browser.Kill(entireProcessTree: true);
                await browser.WaitForExitAsync();
            }
        }

        static async Task RunAsync(string program, params string[] arguments)
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var errors = process.StandardError.ReadToEndAsync();
            string output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output}\n{await errors}");
        }

        public async ValueTask DisposeAsync()
        {
            if (app is not null) await app.DisposeAsync();
            folder.Delete(recursive: true);
        }
    }
}
