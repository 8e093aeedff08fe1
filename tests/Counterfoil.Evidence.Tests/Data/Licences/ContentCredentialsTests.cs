using System.Buffers.Binary;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Security.Cryptography.Cose;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Licences.Credentials;
using Counterfoil.Data.Licences.OptOuts;

namespace Counterfoil.Tests.Data.Licences;

/// <summary>Pictures with credentials in them, made here box by box, and each forgery with the check that finds it.</summary>
public sealed class ContentCredentialsTests
{
    sealed record Recipe
    {
        public string Use { get; init; } = "notAllowed";
        public string Assertion { get; init; } = "cawg.training-mining";
        public string Entry { get; init; } = "cawg.ai_training";
        public bool IsJpeg { get; init; }
        public bool IsJson { get; init; }
        public string? Constraint { get; init; }
        public bool WithBinding { get; init; } = true;
        public int ExtraExclusion { get; init; }
        public Func<byte[], byte[]> ChangeAssertion { get; init; } = b => b;
        public Func<byte[], byte[]> ChangeClaim { get; init; } = b => b;
        public bool WithCertificate { get; init; } = true;
        public bool IsRsa { get; init; }
    }

    static readonly byte[] Pixels = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 7))];

    static byte[] Make(Recipe recipe)
    {
        // Two passes: the exclusion has to say how long the manifest is that it stands in. Its numbers have a fixed width.
        int length = 0;
        byte[] file = [];
        for (int pass = 0; pass < 2; pass++)
        {
            byte[] store = Store(recipe, length, pass == 0 ? null : Outside(file, recipe));
            file = recipe.IsJpeg ? Jpeg(store, out length) : Png(store, out length);
        }
        return file;
    }

    const int PngStart = 8;

    static byte[] Outside(byte[] file, Recipe recipe)
    {
        int start = recipe.IsJpeg ? 2 : PngStart, length = recipe.IsJpeg ? JpegLength(file) : BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(PngStart)) + 12;
        return SHA256.HashData([.. file[..start], .. file[(start + length + recipe.ExtraExclusion)..]]);
    }

    static int JpegLength(byte[] file)
    {
        int at = 2;
        while (file[at + 1] == 0xeb) at += 2 + BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at + 2));
        return at - 2;
    }

    static byte[] Png(byte[] store, out int length)
    {
        length = store.Length + 12;
        return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, .. Chunk("caBX", store), .. Chunk("IDAT", Pixels), .. Chunk("IEND", [])];
    }

    static byte[] Chunk(string type, byte[] data) => [.. U32(data.Length), .. Encoding.ASCII.GetBytes(type), .. data, 0, 0, 0, 0];

    /// <summary>Segments of at most 400 bytes, so that there are several.</summary>
    static byte[] Jpeg(byte[] store, out int length)
    {
        var segments = new List<byte>();
        for (int at = 0, packet = 1; at < store.Length; packet++)
        {
            int take = Math.Min(packet == 1 ? 400 : 392, store.Length - at);
            byte[] body = [.. "JP"u8, 0, 1, .. U32(packet), .. packet == 1 ? [] : store[..8], .. store[at..(at + take)]];
            segments.AddRange([0xff, 0xeb, (byte)((body.Length + 2) >> 8), (byte)(body.Length + 2), .. body]);
            at += take;
        }
        length = segments.Count;
        return [0xff, 0xd8, .. segments, 0xff, 0xda, 0, 2, .. Pixels, 0xff, 0xd9];
    }

    static byte[] Store(Recipe recipe, int excluded, byte[]? hash)
    {
        byte[] training = Super(recipe.Assertion, recipe.IsJson ? Box("json", Encoding.UTF8.GetBytes($$$$"""{"entries":{"{{{{recipe.Entry}}}}":{"use":"{{{{recipe.Use}}}}"}}}""")) : Box("cbor", Cbor(w =>
        {
            w.WriteStartMap(1);
            w.WriteTextString("entries");
            w.WriteStartMap(1);
            w.WriteTextString(recipe.Entry);
            w.WriteStartMap(recipe.Constraint is null ? 1 : 2);
            w.WriteTextString("use");
            w.WriteTextString(recipe.Use);
            if (recipe.Constraint is not null)
            {
                w.WriteTextString("constraint_info");
                w.WriteTextString(recipe.Constraint);
            }
            w.WriteEndMap();
            w.WriteEndMap();
            w.WriteEndMap();
        })));
        byte[] binding = Super("c2pa.hash.data", Box("cbor", Cbor(w =>
        {
            w.WriteStartMap(3);
            w.WriteTextString("exclusions");
            w.WriteStartArray(1);
            w.WriteStartMap(2);
            w.WriteTextString("start");
            w.WriteInt32(recipe.IsJpeg ? 2 : PngStart);
            w.WriteTextString("length");
            w.WriteEncodedValue([0x1a, .. U32(excluded + recipe.ExtraExclusion)]);
            w.WriteEndMap();
            w.WriteEndArray();
            w.WriteTextString("alg");
            w.WriteTextString("sha256");
            w.WriteTextString("hash");
            w.WriteByteString(hash ?? new byte[32]);
            w.WriteEndMap();
        })));
        byte[] claim = Cbor(w =>
        {
            w.WriteStartMap(2);
            w.WriteTextString("alg");
            w.WriteTextString("sha256");
            w.WriteTextString("created_assertions");
            w.WriteStartArray(recipe.WithBinding ? 2 : 1);
            foreach (var (label, box) in recipe.WithBinding ? new[] { (recipe.Assertion, training), ("c2pa.hash.data", binding) } : [(recipe.Assertion, training)])
            {
                w.WriteStartMap(2);
                w.WriteTextString("url");
                w.WriteTextString($"self#jumbf=c2pa.assertions/{label}");
                w.WriteTextString("hash");
                w.WriteByteString(SHA256.HashData(box.AsSpan(8)));
                w.WriteEndMap();
            }
            w.WriteEndArray();
            w.WriteEndMap();
        });
        byte[] signature = Sign(claim, recipe);
        byte[] assertions = recipe.WithBinding ? [.. recipe.ChangeAssertion(training), .. binding] : recipe.ChangeAssertion(training);
        return Super("c2pa", Super("urn:c2pa:test", [.. Super("c2pa.assertions", assertions), .. Super("c2pa.claim.v2", Box("cbor", recipe.ChangeClaim(claim))), .. Super("c2pa.signature", Box("cbor", signature))]));
    }

    static readonly ECDsa Key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    static readonly RSA RsaKey = RSA.Create(2048);
    static readonly byte[] Certificate = Issue(new CertificateRequest("CN=An artist", Key, HashAlgorithmName.SHA256));
    static readonly byte[] RsaCertificate = Issue(new CertificateRequest("CN=An artist", RsaKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pss));

    static byte[] Issue(CertificateRequest request) => request.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(80)).RawData;

    static byte[] Sign(byte[] claim, Recipe recipe)
    {
        var headers = new CoseHeaderMap();
        if (recipe.WithCertificate) headers.Add(new CoseHeaderLabel(33), CoseHeaderValue.FromEncodedValue(Cbor(w => w.WriteByteString(recipe.IsRsa ? RsaCertificate : Certificate))));
        var signer = recipe.IsRsa ? new CoseSigner(RsaKey, RSASignaturePadding.Pss, HashAlgorithmName.SHA256, headers) : new CoseSigner(Key, HashAlgorithmName.SHA256, headers);
        return CoseSign1Message.SignDetached(claim, signer);
    }

    static byte[] Cbor(Action<CborWriter> write)
    {
        var writer = new CborWriter(CborConformanceMode.Lax);
        write(writer);
        return writer.Encode();
    }

    static byte[] Box(string type, byte[] content) => [.. U32(content.Length + 8), .. Encoding.ASCII.GetBytes(type), .. content];

    static byte[] Super(string label, byte[] content) => Box("jumb", [.. Box("jumd", [.. new byte[16], 3, .. Encoding.UTF8.GetBytes(label), 0]), .. content]);

    static byte[] U32(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    static ContentCredentials Read(byte[] file)
    {
        Assert.Equal(Verdict.Accept, ContentCredentials.Read(file, out var credentials));
        return credentials!;
    }

    static string Check(Verdict verdict) => verdict switch { Verdict.Rejected r => r.Reason.Check.Id, Verdict.Unverifiable u => $"? {u.Reason.Check.Id}", _ => "accepted" };

    [Theory]
    [InlineData(false, "cawg.training-mining", "cawg.ai_training", "notAllowed", OptOutAnswer.Reserved, false)]
    [InlineData(true, "cawg.training-mining", "cawg.ai_generative_training", "constrained", OptOutAnswer.Constrained, false)]
    [InlineData(true, "c2pa.training-mining", "c2pa.data_mining", "notAllowed", OptOutAnswer.Reserved, true)]
    [InlineData(false, "c2pa.training-mining", "c2pa.ai_training", "allowed", OptOutAnswer.Allowed, false)]
    public void What_an_artist_says_is_read_and_verified(bool isJpeg, string assertion, string entry, string use, OptOutAnswer answer, bool isRsa)
    {
        var credentials = Read(Make(new() { IsJpeg = isJpeg, Assertion = assertion, Entry = entry, Use = use, IsRsa = isRsa }));
        Assert.Equal(("accepted", "accepted", "accepted"), (Check(credentials.Assertion), Check(credentials.Signature), Check(credentials.Binding)));
        Assert.Equal(new TrainingMiningEntry(assertion, entry, answer), Assert.Single(credentials.Entries));
        Assert.Equal(answer, Assert.Single(credentials.OptOuts).Answer);
        Assert.Equal("CN=An artist", credentials.Signer);
    }

    [Fact]
    public void Conditions_are_told_and_an_assertion_in_JSON_is_read_too()
    {
        Assert.Equal("entry cawg.ai_training, https://a.example/terms", Assert.Single(Read(Make(new() { Use = "constrained", Constraint = "https://a.example/terms" })).OptOuts).Place);
        var json = Read(Make(new() { Assertion = "c2pa.training-mining", Entry = "c2pa.ai_generative_training", IsJson = true }));
        Assert.Equal((true, OptOutAnswer.Reserved), (json.Holds, Assert.Single(json.OptOuts).Answer));
    }

    [Fact]
    public void An_entry_about_inference_reserves_no_training() => Assert.Empty(Read(Make(new() { Entry = "cawg.ai_inference" })).OptOuts);

    [Fact]
    public void An_assertion_that_the_claim_does_not_name_as_it_is_is_found()
    {
        // "notAllowed" becomes "allowedXXX" in place.
        var forged = Read(Make(new() { ChangeAssertion = b => Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(b).Replace("notAllowed", "Allowednot", StringComparison.Ordinal)) }));
        Assert.Equal(("data.credentials.assertion", "accepted"), (Check(forged.Assertion), Check(forged.Signature)));
        var renamed = Read(Make(new() { ChangeClaim = b => Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(b).Replace("assertions/cawg", "assertions/gawc", StringComparison.Ordinal)) }));
        Assert.Equal(("data.credentials.assertion", "data.credentials.signature"), (Check(renamed.Assertion), Check(renamed.Signature)));
    }

    [Fact]
    public void A_claim_that_was_not_signed_is_found()
    {
        var forged = Read(Make(new() { Use = "allowed", ChangeClaim = b => [.. b[..^1], (byte)(b[^1] ^ 1)] }));
        Assert.Equal("data.credentials.signature", Check(forged.Signature));
        // A permission that does not hold is none.
        Assert.Equal(OptOutAnswer.NotStated, Assert.Single(forged.OptOuts).Answer);
        Assert.Equal("data.credentials.signature", Check(Read(Make(new() { WithCertificate = false })).Signature));
    }

    [Fact]
    public void Credentials_moved_to_another_picture_are_found()
    {
        byte[] file = Make(new() { Use = "allowed" });
        file[^40] ^= 1;
        var moved = Read(file);
        Assert.Equal(("accepted", "accepted", "data.credentials.binding"), (Check(moved.Assertion), Check(moved.Signature), Check(moved.Binding)));
        Assert.False(moved.Holds);
        // One who claims to exclude more than the manifest could put anything there.
        Assert.Equal("data.credentials.binding", Check(Read(Make(new() { ExtraExclusion = 100 })).Binding));
        Assert.Equal("? data.credentials.binding", Check(Read(Make(new() { WithBinding = false })).Binding));
    }

    [Fact]
    public void A_reservation_stands_even_where_nothing_verifies() =>
        Assert.Equal(OptOutAnswer.Reserved, Assert.Single(Read(Make(new() { ChangeClaim = b => [.. b[..^1], (byte)(b[^1] ^ 1)] })).OptOuts).Answer);

    [Fact]
    public void A_picture_without_credentials_says_nothing()
    {
        Assert.Equal(Verdict.Accept, ContentCredentials.Read(new byte[] { 0xff, 0xd8, 0xff, 0xd9 }, out var none));
        Assert.Null(none);
        Assert.Equal("data.credentials.form", Check(ContentCredentials.Read("GIF89a"u8.ToArray(), out _)));
    }

    [Fact]
    public void No_changed_byte_makes_the_reader_throw_or_the_whole_hold()
    {
        foreach (bool isJpeg in (bool[])[false, true])
        {
            byte[] file = Make(new() { IsJpeg = isJpeg, Use = "allowed" });
            int manifest = isJpeg ? JpegLength(file) + 2 : BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(PngStart)) + 12 + PngStart;
            for (int i = 0; i < manifest; i += Surroundings.IsCampaign ? 1 : 13)
            {
                file[i] ^= 0x11;
                if (ContentCredentials.Read(file, out var read).IsAccepted && read is { Holds: true }) Assert.Contains(read.Entries, e => e.Answer == OptOutAnswer.Allowed);
                file[i] ^= 0x11;
            }
            for (int cut = 0; cut < manifest; cut += 29) ContentCredentials.Read(file.AsMemory(0, cut), out _);
        }
    }
}
