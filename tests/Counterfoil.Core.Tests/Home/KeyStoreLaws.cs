using System.Security.Cryptography;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Home;
using CsCheck;
using static Counterfoil.Core.Tests.VerdictReading;

namespace Counterfoil.Core.Tests.Home;

public sealed class KeyStoreLaws : HomeFixture
{
    static readonly byte[] Seed = SHA256.HashData("a secret"u8);

    string KeyPath(string name) => Path.Combine(Root, "keys", name + ".key");

    [Theory, InlineData(""), InlineData("correct horse battery staple · éà")]
    public void Keys_of_each_kind_survive_closing_the_home(string passphrase)
    {
        PublicKey log, trainer;
        using (var home = Write())
        using (var keys = Keys(home, passphrase))
        {
            Assert.Equal(Verdict.Accept, keys.Create("log", KeyKind.Ed25519, out var entry));
            log = entry!.PublicKey!;
            Assert.Equal(Verdict.Accept, keys.OpenOrCreateSigner("trainer", SignatureAlgorithm.P256, out var signer));
            trainer = signer!.PublicKey;
            signer.Dispose();
            Assert.Equal(Verdict.Accept, keys.Import("purse", KeyKind.Secret32, Seed, out _));
        }
        using var reader = Read();
        using var again = Keys(reader, passphrase);
        Assert.Equal(Verdict.Accept, again.List(out var entries));
        Assert.Equal([new("log", KeyKind.Ed25519, log), new("purse", KeyKind.Secret32, null), new("trainer", KeyKind.P256, trainer)], entries);
        foreach (var key in new[] { log, trainer })
        {
            Assert.Equal(Verdict.Accept, again.OpenSigner(key == log ? "log" : "trainer", out var signer));
            using (signer) Assert.Equal(Verdict.Accept, key.Verify("message"u8, signer!.Sign("message"u8)));
        }
        Assert.Equal(Verdict.Accept, again.OpenSecret("purse", out var secret));
        using (secret) Assert.Equal(Seed, secret!.Bytes.ToArray());
    }

    [Fact]
    public void A_wrong_passphrase_opens_nothing_and_none_is_not_an_answer()
    {
        using var home = Write();
        Keys(home, "right").Dispose();
        Assert.Equal(HomeChecks.Unlock, Refusal(KeyStore.Open(home, "wrong", Random, out var keys)));
        Assert.Null(keys);
        Assert.IsType<Verdict.Unverifiable>(KeyStore.Open(home, "", Random, out _));
    }

    [Fact]
    public void A_changed_passphrase_replaces_the_old_one_and_the_keys_stay()
    {
        using var home = Write();
        using (var keys = Keys(home))
        {
            Assert.Equal(Verdict.Accept, keys.Import("log", KeyKind.Ed25519, Seed, out _));
            keys.ChangePassphrase("first", Cheap);
            Assert.False(File.Exists(Path.Combine(Root, "keys", "home-key.secret")));
            keys.ChangePassphrase("second", Cheap);
        }
        Assert.Equal(HomeChecks.Unlock, Refusal(KeyStore.Open(home, "first", Random, out _)));
        using (var keys = Keys(home, "second")) keys.ChangePassphrase("", Cheap);
        using var last = Keys(home);
        Assert.Equal(Verdict.Accept, last.OpenSigner("log", out var signer));
        signer!.Dispose();
    }

    [Theory] // (wrapped by, rewrapped by): nothing is the key file
    [InlineData("", "new"), InlineData("old", "new"), InlineData("old", ""), InlineData("", "")]
    public void A_crash_at_any_step_of_a_rewrapping_leaves_a_home_that_opens(string before, string after)
    {
        string folder = Path.Combine(Root, "keys");
        Dictionary<string, byte[]> Files() => Directory.EnumerateFiles(folder, "home-key.*").ToDictionary(f => f, File.ReadAllBytes);
        using var home = Write();
        using (var keys = Keys(home, before)) keys.Import("log", KeyKind.Ed25519, Seed, out _);
        var old = Files();
        using (var keys = Keys(home, before)) keys.ChangePassphrase(after, Cheap);
        var rewrapped = Files();

        // What the disk can hold in between: a new key file comes before the wrapped key, the old key file goes after it, and either may be half written.
        string wrapped = Path.Combine(folder, "home-key.cbor"), keyFile = Path.Combine(folder, "home-key.secret");
        byte[]? earlyKey = (after.Length == 0 ? rewrapped : old).GetValueOrDefault(keyFile), lateKey = old.GetValueOrDefault(keyFile) ?? rewrapped.GetValueOrDefault(keyFile);
        foreach (var (bytes, key, passphrase) in new[] { (old[wrapped], earlyKey, before), (rewrapped[wrapped], lateKey, after) })
            foreach (int half in new[] { 0, 10, bytes.Length })
            {
                PrivateFiles.Write(wrapped, bytes);
                File.Delete(keyFile);
                if (key is not null) PrivateFiles.Write(keyFile, key);
                File.WriteAllBytes(wrapped + ".tmp", bytes[..half]);
                File.WriteAllBytes(keyFile + ".tmp", bytes[..Math.Min(half, 32)]);
                using var keys = Keys(home, passphrase);
                Assert.Equal(Verdict.Accept, keys.OpenSigner("log", out var signer));
                signer!.Dispose();
                keys.ChangePassphrase(passphrase, Cheap); // and the next attempt is not hindered
                Keys(home, passphrase).Dispose();
            }
    }

    [Fact]
    public void A_crash_while_the_first_keys_are_made_is_survived()
    {
        using var home = Write();
        string folder = home.FolderOf("keys");
        PrivateFiles.Write(Path.Combine(folder, "home-key.secret"), Seed); // the key file was written, the wrapped key not yet
        using (var keys = Keys(home))
        {
            File.WriteAllText(KeyPath("log") + ".tmp", "half a k");
            Assert.Equal(Verdict.Accept, keys.List(out var none));
            Assert.Empty(none);
            Assert.Equal(Verdict.Accept, keys.Create("log", KeyKind.Ed25519, out _));
        }
        using var again = Keys(home);
        Assert.Equal(Verdict.Accept, again.List(out var one));
        Assert.Single(one);
    }

    [Fact]
    public void Without_its_key_file_a_home_cannot_tell_and_with_another_it_refuses()
    {
        using var home = Write();
        Keys(home).Dispose();
        string path = Path.Combine(Root, "keys", "home-key.secret");
        PrivateFiles.Write(path, Seed);
        Assert.Equal(HomeChecks.Unlock, Refusal(KeyStore.Open(home, "", Random, out _)));
        PrivateFiles.Write(path, Seed.AsSpan(1));
        Assert.Equal(HomeChecks.Unlock, Refusal(KeyStore.Open(home, "", Random, out _)));
        File.Delete(path);
        Assert.IsType<Verdict.Unverifiable>(KeyStore.Open(home, "", Random, out _));
    }

    [Fact]
    public void A_lost_home_key_is_never_replaced_while_there_are_keys()
    {
        using var home = Write();
        using (var keys = Keys(home)) keys.Import("log", KeyKind.Ed25519, Seed, out _);
        File.Delete(Path.Combine(Root, "keys", "home-key.cbor"));
        Assert.Equal(HomeChecks.Missing, Refusal(KeyStore.Open(home, "", Random, out _)));
    }

    [Fact]
    public void Every_changed_and_every_missing_byte_of_a_key_file_is_refused()
    {
        using var home = Write();
        using var keys = Keys(home);
        keys.Import("log", KeyKind.Ed25519, Seed, out _);
        var whole = File.ReadAllBytes(KeyPath("log"));
        for (int i = 0; i < whole.Length; i++)
        {
            var damaged = (byte[])whole.Clone();
            damaged[i] ^= (byte)(1 << i % 8);
            File.WriteAllBytes(KeyPath("log"), damaged);
            Assert.NotNull(Refusal(keys.OpenSigner("log", out var signer)));
            File.WriteAllBytes(KeyPath("log"), whole[..i]);
            Assert.Equal(HomeChecks.KeyFormat, Refusal(keys.OpenSigner("log", out signer)));
            Assert.Null(signer);
        }
        File.WriteAllBytes(KeyPath("log"), whole);
        Assert.Equal(Verdict.Accept, keys.OpenSigner("log", out var opened));
        opened!.Dispose();
    }

    [Fact]
    public void Every_changed_byte_of_the_home_key_is_refused()
    {
        using var home = Write();
        Keys(home, "passphrase").Dispose();
        string path = Path.Combine(Root, "keys", "home-key.cbor");
        var whole = File.ReadAllBytes(path);
        int unlock = 0;
        // The cost lies in bytes 4 to 7: left out here, for a changed one is honoured if it is within limits, which takes its time and then fails as the others do.
        foreach (int i in Enumerable.Range(0, whole.Length).Where(i => i is < 4 or > 7))
        {
            var damaged = (byte[])whole.Clone();
            damaged[i] ^= (byte)(1 << i % 8);
            File.WriteAllBytes(path, damaged);
            var verdict = KeyStore.Open(home, "passphrase", Random, out var keys);
            Assert.True(!verdict.IsAccepted && keys is null, verdict.ToString());
            if (Refusal(verdict) == HomeChecks.Unlock) unlock++;
        }
        Assert.True(unlock > 70, $"{unlock} of {whole.Length}");
        for (int i = 0; i < whole.Length; i++)
        {
            File.WriteAllBytes(path, whole[..i]);
            Assert.Equal(HomeChecks.HomeKeyFormat, Refusal(KeyStore.Open(home, "passphrase", Random, out _)));
        }
    }

    [Fact]
    public void A_key_file_under_another_name_kind_or_home_is_refused()
    {
        using var home = Write();
        using var keys = Keys(home);
        keys.Import("log", KeyKind.Ed25519, Seed, out _);
        keys.Import("purse", KeyKind.Secret32, Seed, out _);
        File.Copy(KeyPath("log"), KeyPath("data"));
        Assert.Equal(HomeChecks.KeyFormat, Refusal(keys.OpenSigner("data", out _)));
        Assert.Equal(HomeChecks.KeyFormat, Refusal(keys.List(out _)));
        Assert.Equal(HomeChecks.KeyKind, Refusal(keys.OpenSigner("purse", out _)));
        Assert.Equal(HomeChecks.KeyKind, Refusal(keys.OpenOrCreateSigner("log", SignatureAlgorithm.P256, out var signer)));
        Assert.Null(signer);
        Assert.Equal(HomeChecks.KeyKind, Refusal(keys.OpenSecret("log", out var secret)));
        Assert.Null(secret);

        // Renamed inside as well: the seal covers the name.
        SealedKey.Decode(File.ReadAllBytes(KeyPath("log")), "log", out var sealedKey);
        PrivateFiles.Write(KeyPath("data"), (sealedKey! with { Entry = sealedKey.Entry with { Name = "data" } }).Encode());
        Assert.Equal(HomeChecks.KeySeal, Refusal(keys.OpenSigner("data", out _)));
        using var mallory = Signer.FromSeed(SignatureAlgorithm.Ed25519, SHA256.HashData("mallory"u8));
        PrivateFiles.Write(KeyPath("log"), (sealedKey with { Entry = sealedKey.Entry with { PublicKey = mallory.PublicKey } }).Encode());
        Assert.Equal(HomeChecks.KeySeal, Refusal(keys.OpenSigner("log", out _)));
    }

    [Fact, System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_key_file_that_others_can_read_is_refused()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Unix modes");
        using var home = Write();
        using var keys = Keys(home);
        keys.Import("log", KeyKind.Ed25519, Seed, out _);
        File.SetUnixFileMode(KeyPath("log"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Equal(HomeChecks.Permissions, Refusal(keys.OpenSigner("log", out _)));
    }

    [Fact]
    public void Names_and_secrets_are_checked_and_nothing_is_overwritten()
    {
        using var home = Write();
        using var keys = Keys(home);
        foreach (string? bad in new[] { "", "../log", "Log", "a b", new string('a', 65), null })
        {
            Assert.Equal(HomeChecks.KeyName, Refusal(keys.Create(bad!, KeyKind.Ed25519, out _)));
            Assert.Equal(HomeChecks.KeyName, Refusal(keys.OpenSigner(bad!, out _)));
        }
        Assert.Equal(HomeChecks.KeyMissing, Refusal(keys.OpenSigner("log", out _)));
        Assert.Equal(HomeChecks.KeySecret, Refusal(keys.Import("log", KeyKind.Ed25519, Seed.AsSpan(1), out _)));
        Assert.Equal(HomeChecks.KeySecret, Refusal(keys.Import("log", KeyKind.P256, new byte[32], out _)));
        Assert.Equal(Verdict.Accept, keys.Create("log", KeyKind.Ed25519, out _));
        Assert.Equal(HomeChecks.KeyExists, Refusal(keys.Create("log", KeyKind.Ed25519, out _)));
        using var reader = Read();
        using var readable = Keys(reader);
        Assert.Throws<InvalidOperationException>(() => readable.Create("data", KeyKind.Ed25519, out _));
    }

    [Fact]
    public void No_secret_lies_in_a_file_or_shows_itself()
    {
        using var home = Write();
        using var keys = Keys(home);
        keys.Import("purse", KeyKind.Secret32, Seed, out var entry);
        foreach (string path in Directory.EnumerateFiles(Path.Combine(Root, "keys")))
            Assert.Equal(-1, File.ReadAllBytes(path).AsSpan().IndexOf(Seed.AsSpan(0, 8)));
        keys.OpenSecret("purse", out var secret);
        Assert.Equal("secret of 32 bytes", secret!.ToString());
        Assert.DoesNotContain(Convert.ToHexStringLower(Seed)[..8], $"{entry}{keys}{secret}", StringComparison.OrdinalIgnoreCase);
        secret.Dispose();
        Assert.Throws<ObjectDisposedException>(() => secret.Bytes.Length);
    }

    [Fact]
    public void Any_bytes_in_a_key_file_get_a_verdict()
    {
        using var home = Write();
        using var keys = Keys(home);
        keys.Import("log", KeyKind.Ed25519, Seed, out _);
        var whole = File.ReadAllBytes(KeyPath("log"));
        Gen.Select(Gen.Int[0, 1000], Gen.Byte, Gen.Int[0, 2], Gen.Byte.Array[0, 200]).Sample((at, value, damage, noise) =>
        {
            int i = at % whole.Length;
            byte[] input = damage switch { 0 => [.. whole[..i], value, .. whole[(i + 1)..]], 1 => whole[..i], _ => noise };
            if (SealedKey.Decode(input, "log", out var key).IsAccepted) Assert.Equal(input, key!.Encode());
        }, iter: 1000);
    }

    [Fact]
    public void Argon2id_is_that_of_rfc_9106()
    {
        // §5.3
        static byte[] Of(int length, byte value) => [.. Enumerable.Repeat(value, length)];
        using var tag = new Argon2Cost(32, 3, 4).Derive(Of(32, 1), Of(16, 2), Of(8, 3), Of(12, 4));
        Assert.Equal("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659", Convert.ToHexStringLower(tag.Bytes));
        Assert.True(Argon2Cost.Recommended.IsAcceptable && Cheap.IsAcceptable);
        Assert.False(new Argon2Cost(1 << 30, 1, 1).IsAcceptable || new Argon2Cost(7, 1, 1).IsAcceptable || new Argon2Cost(64, 0, 1).IsAcceptable);
    }
}
